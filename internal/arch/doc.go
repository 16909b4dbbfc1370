// Package arch holds no code: its tests keep the shape of the program, which
// package may import which, that every package is documented, how large files
// and functions may grow, and which modules are used.
package arch
