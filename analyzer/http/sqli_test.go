package http

import "testing"

func TestSQLInjection(t *testing.T) {
	for _, c := range []struct {
		uri  string
		want bool
	}{
		{"/index.php?id=1 union select 1,2,3", true},
		{"/index.php?id=1' or 1=1--", true},
		{"/index.php?id=1' OR '1'='1", true},
		{"/a?x=5 and 7=7", true},
		{"/a?name='; drop table users;", true},
		{"/a?x=abc;exec master ", true},
		{"/a?x=concat(char(58", true},
		{"/a?v=/*!50000select*/", true},
		{"/a?id='-1", true},
		{"/", false},
		{"/search?q=hello+world&lang=en", false},
		{"/img?name=select.png", false},
		{"/union/select", false},
		{"/a?order=1&android=2", false},
	} {
		if got := isSQLInjection([]byte(c.uri)); got != c.want {
			t.Errorf("%q: %v, want %v", c.uri, got, c.want)
		}
	}
}
