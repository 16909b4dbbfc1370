package funcs

import (
	"math"
	"strings"
	"time"

	"wirehunt/kql/types"
	"wirehunt/schema"
)

const (
	tick   = int64(1)
	second = int64(schema.TicksPerSecond)
	day    = 86400 * second
)

// datetimes are the functions on datetimes and timespans.
// https://learn.microsoft.com/kusto/query/scalar-functions#datetimetimespan-functions
func datetimes() []types.Func {
	var out []types.Func
	add := func(f types.Func) { out = append(out, f) }
	// now and ago are bound to the time of the query; the declarations are
	// for names, counts of arguments and documentation.
	add(sqlFn("now", "(offset?:timespan) -> datetime", "The time of the query.", "CAST(NULL AS BIGINT)", nil))
	add(sqlFn("ago", "(timespan:timespan) -> datetime", "The time of the query less a timespan.", "CAST(NULL AS BIGINT)", nil))
	bounds := func(unit string, start func(time.Time, int) time.Time, exact bool) {
		for _, end := range []bool{false, true} {
			name, doc := "startof"+unit, "The start of the "+unit+" of a datetime."
			if end {
				name, doc = "endof"+unit, "The last tick of the "+unit+" of a datetime."
			}
			f := goFn(name, "(date:datetime, offset?:long) -> datetime", doc, func(a []types.Value) any {
				n := 0
				if len(a) > 1 {
					n = int(num(a[1]))
				}
				if end {
					return types.TicksOf(start(types.TimeOf(num(a[0])), n+1)) - tick
				}
				return types.TicksOf(start(types.TimeOf(num(a[0])), n))
			})
			if unit == "day" && !end {
				f.Naming = types.NameFirstArg
			}
			if exact {
				f.SQL = types.Lower(func(g types.Gen, c *types.Call) string { return lowerStartOf(g, c, unit, end) })
			}
			add(f)
		}
	}
	date := func(t time.Time) (int, int, int) { y, m, d := t.Date(); return y, int(m), d }
	bounds("day", func(t time.Time, n int) time.Time {
		y, m, d := date(t)
		return time.Date(y, time.Month(m), d+n, 0, 0, 0, 0, time.UTC)
	}, true)
	bounds("week", func(t time.Time, n int) time.Time {
		y, m, d := date(t)
		return time.Date(y, time.Month(m), d-int(t.Weekday())+7*n, 0, 0, 0, 0, time.UTC)
	}, true)
	bounds("month", func(t time.Time, n int) time.Time {
		return time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	}, false)
	bounds("year", func(t time.Time, n int) time.Time { return time.Date(t.Year()+n, 1, 1, 0, 0, 0, 0, time.UTC) }, false)
	part := func(name, sql, doc string, f func(time.Time) int) {
		fnc := goFn(name, "(date:datetime) -> int", doc, func(a []types.Value) any { return int64(f(types.TimeOf(num(a[0])))) })
		if sql != "" {
			fnc.SQL = "CAST(" + sql + "(make_timestamp(($1 - 621355968000000000) // 10)) AS INTEGER)"
		}
		add(fnc)
	}
	part("dayofmonth", "day", "The day of the month.", func(t time.Time) int { return t.Day() })
	part("dayofyear", "dayofyear", "The day of the year.", func(t time.Time) int { return t.YearDay() })
	// The engine gives a long where its language service says int.
	month := goFn("monthofyear", "(date:datetime) -> long", "The month.", func(a []types.Value) any { return int64(types.TimeOf(num(a[0])).Month()) })
	month.SQL = "month(make_timestamp(($1 - 621355968000000000) // 10))"
	add(month)
	part("getmonth", "month", "The month.", func(t time.Time) int { return int(t.Month()) })
	part("getyear", "year", "The year.", func(t time.Time) int { return t.Year() })
	part("week_of_year", "week", "The week of the year, as ISO 8601 counts.", func(t time.Time) int { _, w := t.ISOWeek(); return w })
	hour := goFn("hourofday", "(date:datetime) -> long", "The hour.", func(a []types.Value) any { return mod(num(a[0]), day) / (3600 * second) })
	hour.SQL = "($1 % 864000000000 // 36000000000)"
	add(hour)
	// 0001-01-01 was a Monday.
	dow := goFn("dayofweek", "(date:datetime) -> timespan", "The days since Sunday, as a timespan.", func(a []types.Value) any { return (num(a[0])/day + 1) % 7 * day })
	dow.SQL = "((($1 // 864000000000) + 1) % 7 * 864000000000)"
	add(dow)
	return out
}

// moments are the functions that make, shift, compare and write datetimes.
func moments() []types.Func {
	var out []types.Func
	add := func(f types.Func) { out = append(out, f) }
	add(goFn("datetime_part", "(part:string, date:datetime) -> int", "A part of a datetime by name.", func(a []types.Value) any { return datetimePart(text(a[0]), num(a[1])) }))
	add(goFn("datetime_add", "(part:string, value:Integer, datetime:datetime) -> datetime", "A datetime with a number of parts added.", func(a []types.Value) any {
		return datetimeAdd(text(a[0]), num(a[1]), num(a[2]))
	}))
	diff := goFn("datetime_diff", "(part:string, datetime1:datetime, datetime2:datetime) -> long", "How many borders of a part lie between two datetimes.", func(a []types.Value) any {
		return datetimeDiff(text(a[0]), num(a[1]), num(a[2]))
	})
	diff.SQL = types.Lower(func(g types.Gen, c *types.Call) string {
		if c.T == schema.Real {
			return "CAST(" + lowerDiff(g, c) + " AS DOUBLE)"
		}
		return lowerDiff(g, c)
	})
	// The engine gives weeks as a real.
	diff.ResultType = func(args []types.Expr) schema.Type {
		if v, _ := types.IsConst(args[0]); v == "week" {
			return schema.Real
		}
		return schema.Long
	}
	add(diff)
	add(named(goFn("make_datetime", "(year:Number, month:Number, day:Number, hour?:Number, minute?:Number, second?:Number) -> datetime|(value:Scalar) -> datetime", "The datetime of its parts.", func(a []types.Value) any {
		if len(a) == 1 {
			return datetimeOf(a[0])
		}
		h, m, s := int64(0), int64(0), 0.0
		if len(a) > 3 {
			h = num(a[3])
		}
		if len(a) > 4 {
			m = num(a[4])
		}
		if len(a) > 5 {
			s = flt(a[5])
		}
		y, mo, d := int(num(a[0])), num(a[1]), int(num(a[2]))
		t := time.Date(y, time.Month(mo), d, 0, 0, 0, 0, time.UTC)
		if t.Year() != y || int64(t.Month()) != mo || t.Day() != d || h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s >= 60 || y < 1 || y > 9999 {
			return nil
		}
		return types.TicksOf(t) + h*3600*second + m*60*second + int64(math.Round(s*float64(second)))
	}), types.NameFirstArg, ""))
	add(named(goFn("make_timespan", "(days:Integer, hours:Integer, minutes:Integer, seconds:Number) -> timespan|(hours:Integer, minutes:Integer, seconds?:Number) -> timespan|(value:Scalar) -> timespan", "The timespan of its parts.", func(a []types.Value) any {
		switch len(a) {
		case 1:
			return timespanOf(a[0])
		case 4:
			return num(a[0])*day + num(a[1])*3600*second + num(a[2])*60*second + int64(flt(a[3])*float64(second))
		}
		t := num(a[0])*3600*second + num(a[1])*60*second
		if len(a) > 2 {
			t += int64(flt(a[2]) * float64(second))
		}
		return t
	}), types.NameFirstArg, ""))
	unix := func(name string, per float64, scale int64) {
		f := goFn("unixtime_"+name+"_todatetime", "(number:Number) -> datetime", "The datetime of a Unix time in "+name+".", func(a []types.Value) any {
			var t int64
			if n, ok := a[0].V.(int64); ok && scale > 0 {
				t = n*scale + schema.UnixEpochTicks
			} else {
				t = int64(flt(a[0])*per) + schema.UnixEpochTicks
			}
			if t < 0 || t > 3155378975999999999 {
				return nil
			}
			return t
		})
		add(f)
	}
	unix("seconds", 1e7, second)
	unix("milliseconds", 1e4, 10_000)
	unix("microseconds", 10, 10)
	unix("nanoseconds", 0.01, 0)
	add(named(goFn("format_datetime", "(date:datetime, format:string) -> string", "A datetime by a format.", func(a []types.Value) any { return formatDatetime(num(a[0]), text(a[1])) }), types.NameFirstArg, ""))
	add(named(goFn("format_timespan", "(timespan:timespan, format:string) -> string", "A timespan by a format.", func(a []types.Value) any { return formatTimespan(num(a[0]), text(a[1])) }), types.NameFirstArg, ""))
	return out
}

func mod(a, b int64) int64 {
	m := a % b
	if m < 0 {
		m += b
	}
	return m
}

func lowerStartOf(g types.Gen, c *types.Call, unit string, end bool) string {
	x := g.Expr(c.Args[0])
	length := "864000000000"
	s := "(" + x + " // 864000000000 * 864000000000)"
	if unit == "week" {
		// The ticks of a Sunday are one day short of a multiple of a week.
		length = "6048000000000"
		s = "((" + x + " + 864000000000) // 6048000000000 * 6048000000000 - 864000000000)"
	}
	if len(c.Args) > 1 {
		s = "(" + s + " + " + g.Expr(c.Args[1]) + " * " + length + ")"
	}
	if end {
		s = "(" + s + " + " + length + " - 1)"
	}
	return s
}

func unitTicks(part string) int64 {
	switch strings.ToLower(part) {
	case "week":
		return 7 * day
	case "day":
		return day
	case "hour":
		return 3600 * second
	case "minute":
		return 60 * second
	case "second":
		return second
	case "millisecond":
		return second / 1000
	case "microsecond":
		return 10
	}
	return 0
}

func datetimePart(part string, t int64) any {
	d := types.TimeOf(t)
	switch strings.ToLower(part) {
	case "year":
		return int64(d.Year())
	case "quarter":
		return int64(d.Month()-1)/3 + 1
	case "month", "monthofyear":
		return int64(d.Month())
	case "weekofyear", "week_of_year":
		_, w := d.ISOWeek()
		return int64(w)
	case "day", "dayofmonth":
		return int64(d.Day())
	case "dayofyear":
		return int64(d.YearDay())
	case "hour":
		return int64(d.Hour())
	case "minute":
		return int64(d.Minute())
	case "second":
		return int64(d.Second())
	case "millisecond":
		return mod(t, second) / 10_000
	case "microsecond":
		return mod(t, second) / 10
	case "nanosecond":
		return mod(t, second) * 100
	}
	return nil
}

func datetimeAdd(part string, n, t int64) any {
	if u := unitTicks(part); u > 0 {
		return t + n*u
	}
	months := int64(0)
	switch strings.ToLower(part) {
	case "year":
		months = 12 * n
	case "quarter":
		months = 3 * n
	case "month":
		months = n
	case "nanosecond":
		return t + n/100
	default:
		return nil
	}
	d := types.TimeOf(t)
	first := time.Date(d.Year(), d.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	at := time.Date(first.Year(), first.Month(), min(d.Day(), last), 0, 0, 0, 0, time.UTC)
	return types.TicksOf(at) + mod(t, day)
}

// datetimeDiff counts borders: 23:59 and 00:01 of the next day are one day
// apart.
func datetimeDiff(part string, a, b int64) any {
	floor := func(x, u int64) int64 { return (x - mod(x, u)) / u }
	x, y := types.TimeOf(a), types.TimeOf(b)
	switch p := strings.ToLower(part); p {
	case "year":
		return int64(x.Year() - y.Year())
	case "quarter":
		q := func(t time.Time) int { return t.Year()*4 + int(t.Month()-1)/3 }
		return int64(q(x) - q(y))
	case "month":
		m := func(t time.Time) int { return t.Year()*12 + int(t.Month()) }
		return int64(m(x) - m(y))
	case "week":
		return floor(a+day, 7*day) - floor(b+day, 7*day)
	case "nanosecond":
		return (a - b) * 100
	default:
		if u := unitTicks(p); u > 0 {
			return floor(a, u) - floor(b, u)
		}
	}
	return nil
}

func lowerDiff(g types.Gen, c *types.Call) string {
	v, ok := types.IsConst(c.Args[0])
	p, _ := v.(string)
	u := unitTicks(p)
	if !ok || u == 0 || p == "week" {
		return g.GoCall(c)
	}
	s := itoa(u)
	return "(" + g.Expr(c.Args[1]) + " // " + s + " - " + g.Expr(c.Args[2]) + " // " + s + ")"
}

// formatDatetime knows the letters d f F H h m M s t y and its delimiters.
func formatDatetime(t int64, format string) string {
	d := types.TimeOf(t)
	frac := pad(mod(t, second), 7)
	var b strings.Builder
	for i := 0; i < len(format); {
		c := format[i]
		n := 1
		for i+n < len(format) && format[i+n] == c {
			n++
		}
		switch c {
		case 'y':
			if n <= 2 {
				b.WriteString(pad(int64(d.Year()%100), n))
			} else {
				b.WriteString(pad(int64(d.Year()), n))
			}
		case 'M':
			b.WriteString(pad(int64(d.Month()), min(n, 2)))
		case 'd':
			b.WriteString(pad(int64(d.Day()), min(n, 2)))
		case 'H':
			b.WriteString(pad(int64(d.Hour()), min(n, 2)))
		case 'h':
			h := d.Hour() % 12
			if h == 0 {
				h = 12
			}
			b.WriteString(pad(int64(h), min(n, 2)))
		case 'm':
			b.WriteString(pad(int64(d.Minute()), min(n, 2)))
		case 's':
			b.WriteString(pad(int64(d.Second()), min(n, 2)))
		case 'f':
			b.WriteString(frac[:min(n, 7)])
		case 'F':
			b.WriteString(strings.TrimRight(frac[:min(n, 7)], "0"))
		case 't':
			if d.Hour() < 12 {
				b.WriteString("AM"[:min(n, 2)])
			} else {
				b.WriteString("PM"[:min(n, 2)])
			}
		default:
			b.WriteString(strings.Repeat(string(c), n))
		}
		i += n
	}
	return b.String()
}

func pad(n int64, width int) string {
	s := itoa(n)
	for len(s) < width {
		s = "0" + s
	}
	return s
}

func formatTimespan(t int64, format string) string {
	if t < 0 {
		return "-" + formatTimespan(-t, format)
	}
	frac := pad(t%second, 7)
	s := t / second
	var b strings.Builder
	for i := 0; i < len(format); {
		c := format[i]
		n := 1
		for i+n < len(format) && format[i+n] == c {
			n++
		}
		switch c {
		case 'd':
			b.WriteString(pad(s/86400, n))
		case 'h', 'H':
			b.WriteString(pad(s/3600%24, n))
		case 'm':
			b.WriteString(pad(s/60%60, n))
		case 's':
			b.WriteString(pad(s%60, n))
		case 'f':
			b.WriteString(frac[:min(n, 7)])
		case 'F':
			b.WriteString(strings.TrimRight(frac[:min(n, 7)], "0"))
		default:
			b.WriteString(strings.Repeat(string(c), n))
		}
		i += n
	}
	return b.String()
}
