// Package config gives the flags of a command values from a file and from the
// environment.  A flag on the command line wins over the environment, which
// wins over the file.
package config

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

// Prefix starts the names of environment variables: WIREHUNT_LISTEN is the
// flag --listen, WIREHUNT_TLS_CERT the flag --tls-cert.
const Prefix = "WIREHUNT_"

// EnvName returns the environment variable of a flag.
func EnvName(flag string) string {
	return Prefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// FromEnv sets flags that the command line has not set from the environment,
// whose entries have the form NAME=value; an empty value is none.  Variables of no flag are left
// alone: other commands have other flags.
func FromEnv(fs *pflag.FlagSet, environ []string) error {
	env := map[string]string{}
	for _, e := range environ {
		if name, value, ok := strings.Cut(e, "="); ok && strings.HasPrefix(name, Prefix) {
			env[name] = value
		}
	}
	var errs []error
	fs.VisitAll(func(f *pflag.Flag) {
		value, ok := env[EnvName(f.Name)]
		if !ok || value == "" || f.Changed {
			return
		}
		if err := fs.Set(f.Name, value); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", EnvName(f.Name), err))
		}
	})
	return errors.Join(errs...)
}

const maxLine = 64 << 10

// FromFile sets flags that nothing else has set from a file of lines
// "name = value".  A name is a flag's; it may stand on several lines where
// the flag takes several values.  Empty lines and lines that start with #
// say nothing.  An unknown name is an error, so that a misspelt one is not
// passed over.
func FromFile(fs *pflag.FlagSet, name string, r io.Reader) error {
	set := map[string]bool{}
	s := bufio.NewScanner(r)
	s.Buffer(nil, maxLine)
	for n := 1; s.Scan(); n++ {
		line := strings.TrimSpace(s.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if !ok {
			return fmt.Errorf("%s:%d: want NAME = VALUE", name, n)
		}
		f := fs.Lookup(key)
		if f == nil || key == "help" || key == "config" {
			return fmt.Errorf("%s:%d: no setting named %q", name, n, key)
		}
		if f.Changed && !set[key] {
			continue
		}
		set[key] = true
		if err := fs.Set(key, value); err != nil {
			return fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Sample writes a file with all settings, commented out, at their defaults.
func Sample(w io.Writer, fs *pflag.FlagSet) error {
	var b strings.Builder
	fs.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" || f.Name == "config" || f.Name == "print-config" {
			return
		}
		_, usage := pflag.UnquoteUsage(f)
		def := strings.Trim(f.DefValue, "[]")
		fmt.Fprintf(&b, "# %s\n# Environment: %s\n#%s = %s\n\n", usage, EnvName(f.Name), f.Name, def)
	})
	_, err := io.WriteString(w, strings.TrimSuffix(b.String(), "\n"))
	return err
}
