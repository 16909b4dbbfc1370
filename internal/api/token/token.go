// Package token keeps the API tokens of a server in a file beside the
// database.  A token is shown once, when it is made; the file holds the hash
// of its secret.
package token

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Role says what the holder of a token may do.
type Role string

// The roles.
const (
	Reader Role = "reader" // query and look, keep queries of one's own
	Hunter Role = "hunter" // also share queries and import captures
	Admin  Role = "admin"  // everything
	Sensor Role = "sensor" // import captures, and nothing else
)

// Roles lists the roles.
func Roles() []Role { return []Role{Reader, Hunter, Admin, Sensor} }

// Token is a stored token.
type Token struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Role    Role      `json:"role"`
	Created time.Time `json:"created"`
	// Expires is zero for a token that does not.
	Expires time.Time `json:"expires,omitzero"`
	// Hash is the SHA-256 of the secret in hexadecimal.  The secret has 256
	// random bits, so a slow hash would add nothing.
	Hash string `json:"hash"`
}

// The form of a token: wh_ID_SECRET.
const (
	prefix      = "wh_"
	idBytes     = 6
	secretBytes = 32
)

// The errors of Check.
var (
	ErrUnknown = errors.New("the token is not known")
	ErrExpired = errors.New("the token has expired")
)

// File is a file of tokens.  Its methods may be called from several
// goroutines; a change that another program makes to the file is seen.
type File struct {
	path   string
	mu     sync.Mutex
	seen   fs.FileInfo
	tokens []Token
}

// Open returns the file of tokens at path, which need not exist.
func Open(path string) *File { return &File{path: path} }

// Path returns where the tokens are.
func (f *File) Path() string { return f.path }

// load reads the file if it has changed.
func (f *File) load() error {
	st, err := os.Stat(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		f.seen, f.tokens = nil, nil
		return nil
	}
	if err != nil {
		return err
	}
	if f.seen != nil && os.SameFile(st, f.seen) && st.ModTime().Equal(f.seen.ModTime()) && st.Size() == f.seen.Size() {
		return nil
	}
	b, err := os.ReadFile(f.path)
	if err != nil {
		return err
	}
	var doc struct {
		Tokens []Token `json:"tokens"`
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		return fmt.Errorf("%s: %w", f.path, err)
	}
	f.seen, f.tokens = st, doc.Tokens
	return nil
}

// save replaces the file in one step, readable by its owner only.
func (f *File) save(tokens []Token) error {
	b, err := json.MarshalIndent(map[string][]Token{"tokens": tokens}, "", "  ")
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(f.path), filepath.Base(f.path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails after the rename, as it should
	_, err = tmp.Write(append(b, '\n'))
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	f.seen = nil
	return os.Rename(tmp.Name(), f.path)
}

// List returns the tokens by name.
func (f *File) List() ([]Token, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.load(); err != nil {
		return nil, err
	}
	out := slices.Clone(f.tokens)
	slices.SortFunc(out, func(a, b Token) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// Create makes a token and returns its text, which is not stored.  Expires
// may be zero.
func (f *File) Create(name string, role Role, now, expires time.Time) (string, error) {
	if name == "" || len(name) > 100 || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", errors.New("a token needs a name of at most 100 characters without control characters")
	}
	if !slices.Contains(Roles(), role) {
		return "", fmt.Errorf("no role named %q: want reader, hunter, admin or sensor", role)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.load(); err != nil {
		return "", err
	}
	if slices.ContainsFunc(f.tokens, func(t Token) bool { return t.Name == name }) {
		return "", fmt.Errorf("there is a token named %q already: revoke it first, or take another name", name)
	}
	b := make([]byte, idBytes+secretBytes)
	rand.Read(b) // never fails: crypto/rand
	id, secret := hex.EncodeToString(b[:idBytes]), hex.EncodeToString(b[idBytes:])
	t := Token{ID: id, Name: name, Role: role, Created: now.UTC().Truncate(time.Second), Hash: hash(secret)}
	if !expires.IsZero() {
		t.Expires = expires.UTC().Truncate(time.Second)
	}
	if err := f.save(append(slices.Clone(f.tokens), t)); err != nil {
		return "", err
	}
	return prefix + id + "_" + secret, nil
}

// Revoke removes the token with that name or id.
func (f *File) Revoke(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.load(); err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(f.tokens), func(t Token) bool { return t.Name == name || t.ID == name })
	if len(left) == len(f.tokens) {
		return fmt.Errorf("no token named %q", name)
	}
	return f.save(left)
}

// Check returns the token whose text is given.
func (f *File) Check(text string, now time.Time) (Token, error) {
	id, secret, ok := strings.Cut(strings.TrimPrefix(text, prefix), "_")
	if !ok || !strings.HasPrefix(text, prefix) {
		return Token{}, ErrUnknown
	}
	t, err := f.Find(id, now)
	if err != nil && !errors.Is(err, ErrExpired) {
		return Token{}, err
	}
	if subtle.ConstantTimeCompare([]byte(hash(secret)), []byte(t.Hash)) != 1 {
		return Token{}, ErrUnknown
	}
	return t, err
}

// Find returns the token with that id if it is valid still.
func (f *File) Find(id string, now time.Time) (Token, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.load(); err != nil {
		return Token{}, err
	}
	i := slices.IndexFunc(f.tokens, func(t Token) bool { return t.ID == id })
	if i < 0 {
		return Token{}, ErrUnknown
	}
	if t := f.tokens[i]; !t.Expires.IsZero() && !now.Before(t.Expires) {
		return t, ErrExpired
	}
	return f.tokens[i], nil
}

func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
