package token

import (
	"strings"
)

// Ticks are units of 100 ns, in which Kusto counts datetimes and timespans.
const (
	TicksPerMicrosecond = 10
	TicksPerMillisecond = 1000 * TicksPerMicrosecond
	TicksPerSecond      = 1000 * TicksPerMillisecond
	TicksPerMinute      = 60 * TicksPerSecond
	TicksPerHour        = 60 * TicksPerMinute
	TicksPerDay         = 24 * TicksPerHour
)

// MaxDatetime is 9999-12-31 23:59:59.9999999, the last datetime, in ticks.
const MaxDatetime = 3652059*TicksPerDay - 1

// daysBefore holds the days of a common year before each month.
var daysBefore = [...]int64{0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334}

// DateTicks returns the ticks from 0001-01-01 to midnight of a date, and
// whether there is such a date from year 1 to year 9999.
func DateTicks(year, month, day int) (int64, bool) {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, false
	}
	y := int64(year - 1)
	days := y*365 + y/4 - y/100 + y/400 + daysBefore[month] + int64(day-1)
	if month > 2 && isLeap(year) {
		days++
	}
	return days * TicksPerDay, true
}

func isLeap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

func daysIn(year, month int) int {
	switch month {
	case 2:
		if isLeap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// ParseDatetime reads the text forms of a datetime that Kusto documents for
// its datetime literal (scalar-data-types/datetime): ISO 8601 from a year alone
// to seven digits of a second, with T or a space and Z or an offset; RFC 822
// and RFC 850; and the forms 1/31/2024, 1-31-2024 and 2024, 1, 31.  It returns ticks
// since 0001-01-01 UTC.  A text without a zone is UTC.
func ParseDatetime(s string) (ticks int64, ok bool) {
	d := dateScanner{s: strings.TrimSpace(s)}
	if !d.date() || !d.timeOfDay() || d.i != len(d.s) {
		return 0, false
	}
	day, ok := DateTicks(d.year, d.month, d.day)
	if !ok {
		return 0, false
	}
	ticks = day + d.ticks - d.offset
	if ticks < 0 || ticks > MaxDatetime {
		return 0, false
	}
	return ticks, true
}

// dateScanner reads one datetime text from left to right.
type dateScanner struct {
	s                string
	i                int
	year, month, day int
	ticks, offset    int64
}

func (d *dateScanner) peek() byte {
	if d.i < len(d.s) {
		return d.s[d.i]
	}
	return 0
}

func (d *dateScanner) accept(c byte) bool {
	if d.peek() == c && d.i < len(d.s) {
		d.i++
		return true
	}
	return false
}

func (d *dateScanner) space() {
	for d.peek() == ' ' || d.peek() == '\t' {
		d.i++
	}
}

// number reads up to max digits and returns how many there were.
func (d *dateScanner) number(max int) (n, digits int) {
	for digits < max && isDigit(d.peek()) {
		n = n*10 + int(d.peek()-'0')
		d.i++
		digits++
	}
	return n, digits
}

func (d *dateScanner) word() string {
	start := d.i
	for isLetter(d.peek()) {
		d.i++
	}
	return d.s[start:d.i]
}

// date reads the date part of any form.
func (d *dateScanner) date() bool {
	d.month, d.day = 1, 1
	if isLetter(d.peek()) { // RFC 822 and 850: a day of the week, ignored
		if w := d.word(); len(w) < 3 || !isWeekday(w) {
			return false
		}
		d.accept(',')
		d.space()
		return d.dayMonthYear()
	}
	start := d.i
	n, digits := d.number(8)
	switch {
	case digits == 8: // 20240131
		d.year, d.month, d.day = n/10000, n/100%100, n%100
		return true
	case digits == 4:
		d.year = n
		sep := d.peek()
		if sep == ',' {
			return d.commaDate()
		}
		if sep != '-' && sep != '/' && sep != '.' {
			return true
		}
		d.i++
		if d.month, digits = d.number(2); digits == 0 {
			return false
		}
		if !d.accept(sep) {
			return true
		}
		d.day, digits = d.number(2)
		return digits > 0
	case (digits == 1 || digits == 2) && (d.peek() == '/' || d.peek() == '-') && d.i+1 < len(d.s) && isDigit(d.s[d.i+1]):
		sep := d.peek() // month/day/year
		d.i++
		d.month = n
		if d.day, digits = d.number(2); digits == 0 || !d.accept(sep) {
			return false
		}
		d.year, digits = d.number(4)
		d.year = fullYear(d.year, digits)
		return digits == 4 || digits == 2
	case digits == 1 || digits == 2:
		d.i = start
		return d.dayMonthYear()
	}
	return false
}

// commaDate reads what follows the year in 2025, 6, 14 and 2025,6,14,10,30,0.
func (d *dateScanner) commaDate() bool {
	var parts [5]int
	n := 0
	for ; n < len(parts) && d.accept(','); n++ {
		d.space()
		var digits int
		if parts[n], digits = d.number(2); digits == 0 {
			return false
		}
		d.space()
	}
	if n < 2 || parts[2] > 23 || parts[3] > 59 || parts[4] > 59 {
		return false
	}
	d.month, d.day = parts[0], parts[1]
	d.ticks = int64(parts[2])*TicksPerHour + int64(parts[3])*TicksPerMinute + int64(parts[4])*TicksPerSecond
	return true
}

// dayMonthYear reads 8 Nov 14, 08-Nov-2014 and the like.
func (d *dateScanner) dayMonthYear() bool {
	var digits int
	if d.day, digits = d.number(2); digits == 0 {
		return false
	}
	if !d.accept('-') {
		d.space()
	}
	d.month = monthNumber(d.word())
	if d.month == 0 {
		return false
	}
	if !d.accept('-') {
		d.space()
	}
	d.year, digits = d.number(4)
	d.year = fullYear(d.year, digits)
	return digits == 2 || digits == 4
}

// fullYear adds the century to a year of two digits, as .NET does.
func fullYear(y, digits int) int {
	if digits != 2 {
		return y
	}
	if y < 50 {
		return 2000 + y
	}
	return 1900 + y
}

// timeOfDay reads nothing, or a time and a zone.
func (d *dateScanner) timeOfDay() bool {
	if !d.accept('T') && !d.accept('t') {
		d.space()
	}
	if d.i == len(d.s) {
		return d.s[d.i-1]|0x20 != 't'
	}
	if isDigit(d.peek()) {
		if !d.clock() {
			return false
		}
		d.space()
	}
	return d.zone()
}

// clock reads 15, 15:05, 15:05:02, 15:05:02.1234567 and 3:05 PM.
func (d *dateScanner) clock() bool {
	hour, digits := d.number(2)
	if digits == 0 {
		return false
	}
	var minute, second int
	var fraction int64
	if d.accept(':') {
		if minute, digits = d.number(2); digits == 0 {
			return false
		}
		if d.accept(':') {
			if second, digits = d.number(2); digits == 0 {
				return false
			}
			if d.accept('.') || d.accept(',') {
				var ok bool
				if fraction, ok = d.fraction(); !ok {
					return false
				}
			}
		}
	}
	mark := d.i
	d.space()
	switch w := strings.ToUpper(d.word()); {
	case (w == "AM" || w == "PM") && hour >= 1 && hour <= 12:
		hour %= 12
		if w == "PM" {
			hour += 12
		}
	default:
		d.i = mark
	}
	if hour > 24 || minute > 59 || second > 59 || hour == 24 && (minute|second != 0 || fraction != 0) {
		return false
	}
	d.ticks = int64(hour)*TicksPerHour + int64(minute)*TicksPerMinute + int64(second)*TicksPerSecond + fraction
	return true
}

// fraction reads the digits behind a second's point; digits behind the seventh
// are cut.
func (d *dateScanner) fraction() (ticks int64, ok bool) {
	unit := int64(TicksPerSecond)
	for isDigit(d.peek()) {
		unit /= 10
		ticks += int64(d.peek()-'0') * unit
		d.i++
		ok = true
	}
	return ticks, ok
}

// zone reads nothing, Z, UTC, GMT, or an offset such as +02:00.
func (d *dateScanner) zone() bool {
	switch c := d.peek(); {
	case c == 0:
		return true
	case c == '+' || c == '-':
		d.i++
		hour, digits := d.number(2)
		if digits == 0 {
			return false
		}
		d.accept(':')
		minute, _ := d.number(2)
		if hour > 14 || minute > 59 {
			return false
		}
		d.offset = int64(hour)*TicksPerHour + int64(minute)*TicksPerMinute
		if c == '-' {
			d.offset = -d.offset
		}
		return true
	}
	switch strings.ToUpper(d.word()) {
	case "Z", "UTC", "GMT", "UT":
		return true
	}
	return false
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// monthNumber returns 1 to 12 for a month's name or its first three letters.
func monthNumber(w string) int {
	for i, m := range [...]string{"january", "february", "march", "april", "may", "june", "july",
		"august", "september", "october", "november", "december"} {
		if l := strings.ToLower(w); l == m || l == m[:3] {
			return i + 1
		}
	}
	return 0
}

func isWeekday(w string) bool {
	w = strings.ToLower(w)
	for _, d := range [...]string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"} {
		if strings.HasPrefix(d, w) {
			return true
		}
	}
	return false
}
