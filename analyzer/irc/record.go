package irc

import (
	"bytes"

	"wirehunt/analyzer"
	"wirehunt/event"
)

// record is what is known of the client; it stays from command to command.
type record struct {
	hasNick, hasUser, hasValue, hasAddl bool

	nick, user  []byte
	value, addl []byte
}

func set(dst *[]byte, has *bool, v []byte) {
	*dst, *has = append((*dst)[:0], v...), true
}

// fill sets the fields of a row.
func (r *record) fill(row *event.Row, command string) {
	text := func(has bool, col event.StringCol, v []byte) {
		if has {
			col.Set(row, v)
		}
	}
	text(r.hasNick, colNick, r.nick)
	text(r.hasUser, colUser, r.user)
	colCommand.SetString(row, command)
	text(r.hasValue, colValue, r.value)
	text(r.hasAddl, colAddl, r.addl)
}

func (s *session) write(command string) {
	s.rec.fill(s.Conn.Row(Log, s.Conn.Now), command)
}

// nick handles NICK.
func (s *session) nick(dir analyzer.Dir, params []byte) {
	if dir != analyzer.Orig {
		return
	}
	nick := bytes.TrimPrefix(params, []byte(":"))
	set(&s.rec.value, &s.rec.hasValue, nick)
	s.write("NICK")
	set(&s.rec.nick, &s.rec.hasNick, nick)
}

// user handles USER.
func (s *session) user(dir analyzer.Dir, params []byte) {
	if dir != analyzer.Orig {
		return
	}
	s.words = split(s.words[:0], params, ' ')
	word := func(i int) []byte {
		if i < len(s.words) {
			return s.words[i]
		}
		return nil
	}
	r := &s.rec
	set(&r.value, &r.hasValue, word(0))
	addl := append(r.addl[:0], word(1)...)
	addl = append(append(addl, ' '), word(2)...)
	addl = append(addl, ' ')
	// Zeek joins the words of the real name like this: "AB C ".
	for i := 3; i < len(s.words); i++ {
		w := s.words[i]
		if i == 3 {
			w = bytes.TrimPrefix(w, []byte(":"))
		}
		addl = append(addl, w...)
		if i > 3 {
			addl = append(addl, ' ')
		}
	}
	r.addl, r.hasAddl = addl, true
	s.write("USER")
	set(&r.user, &r.hasUser, word(0))
}

// join handles JOIN: a record for each channel.
func (s *session) join(dir analyzer.Dir, params []byte) {
	s.words = split(s.words[:0], bytes.TrimPrefix(params, []byte(":")), ' ')
	if len(s.words) == 0 {
		s.Weird("irc_invalid_join_line", "")
		return
	}
	if dir != analyzer.Orig {
		return
	}
	channels, keys := s.words[0], []byte(nil)
	if len(s.words) > 1 {
		keys = s.words[1]
	}
	for len(channels) > 0 {
		var channel, key []byte
		channel, channels = next(channels)
		key, keys = next(keys)
		s.joined(channel, key)
	}
}

// next takes the first word that is not empty off a list with commas.
func next(list []byte) (word, rest []byte) {
	word, rest, _ = bytes.Cut(bytes.TrimLeft(list, ","), []byte(","))
	return word, bytes.TrimLeft(rest, ",")
}

func (s *session) joined(channel, key []byte) {
	r := &s.rec
	set(&r.value, &r.hasValue, channel)
	r.addl, r.hasAddl = r.addl[:0], true
	if len(key) > 0 {
		r.addl = append(r.addl, " with channel key: '"...)
		r.addl = append(append(r.addl, key...), '\'')
	}
	s.write("JOIN")
}

// njoin handles NJOIN, by which servers tell who is in a channel.
func (s *session) njoin(dir analyzer.Dir, params []byte) {
	s.words = split(s.words[:0], params, ' ')
	if len(s.words) != 2 {
		s.Weird("irc_invalid_njoin_line", "")
		return
	}
	if dir != analyzer.Orig {
		return
	}
	for users := bytes.TrimPrefix(s.words[1], []byte(":")); len(users) > 0; {
		_, users = next(users)
		s.joined(s.words[0], nil)
	}
}
