package defender

import (
	"crypto/sha1"
	"encoding/hex"
	"net/netip"
	"strings"
)

// DefaultLocalNets are the networks whose hosts are devices unless told
// otherwise: private, link-local, loopback and unique-local addresses.
var DefaultLocalNets = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("fc00::/7"),
	netip.MustParsePrefix("fe80::/10"), netip.MustParsePrefix("::1/128"),
}

// Devices tells which addresses are devices, and their DeviceIds.  It learns
// from the user's names and from imported DeviceInfo and DeviceNetworkInfo
// rows; other addresses of the local networks are devices named by their
// address.
type Devices struct {
	// Scope keeps apart the devices of different sites that use the same
	// addresses.
	Scope string
	// LocalNets are the networks whose hosts are devices.
	LocalNets []netip.Prefix

	addrs map[netip.Addr]string // DeviceId by address
	names map[string]string     // name by DeviceId
	cache map[[16]byte]identity
}

type identity struct {
	id     string // "" where the address is no device
	forced string // the id it has when it must report all the same
	ipType string
}

// NewDevices returns devices of the given scope and networks.
func NewDevices(scope string, nets []netip.Prefix) *Devices {
	return &Devices{Scope: scope, LocalNets: nets, addrs: map[netip.Addr]string{}, names: map[string]string{}, cache: map[[16]byte]identity{}}
}

// DeviceID returns the DeviceId of a device that is only known by name, or by
// its address: 40 hexadecimal digits, the same every time.
func DeviceID(scope, name string) string {
	sum := sha1.Sum([]byte("wirehunt device\x00" + scope + "\x00" + strings.ToLower(name)))
	return hex.EncodeToString(sum[:])
}

// Add notes that the addresses are those of the device with the given id.
func (d *Devices) Add(id, name string, addrs ...netip.Addr) {
	if name != "" {
		d.names[id] = name
	}
	for _, a := range addrs {
		d.note(id, a.Unmap())
	}
	clear(d.cache)
}

// note remembers an address of a device, which names it if nothing else does.
// A scan of a whole network is not remembered beyond noteLimit: its rows have
// DeviceIds, but no names.
func (d *Devices) note(id string, a netip.Addr) {
	if len(d.addrs) >= noteLimit {
		return
	}
	d.addrs[a] = id
	if d.names[id] == "" {
		d.names[id] = a.String()
	}
}

// AddNamed notes that the addresses are those of a device that the user
// named.
func (d *Devices) AddNamed(name string, addrs ...netip.Addr) {
	d.Add(DeviceID(d.Scope, name), name, addrs...)
}

// Names returns the names of the devices that were seen, by DeviceId.
func (d *Devices) Names() map[string]string { return d.names }

// Addresses returns the DeviceIds of the devices that were seen or are known,
// by address.
func (d *Devices) Addresses() map[netip.Addr]string { return d.addrs }

const (
	cacheLimit = 1 << 16
	noteLimit  = 1 << 18
)

func (d *Devices) lookup(a [16]byte) identity {
	if s, ok := d.cache[a]; ok {
		return s
	}
	if len(d.cache) >= cacheLimit {
		clear(d.cache)
	}
	ip := netip.AddrFrom16(a).Unmap()
	s := identity{ipType: IPType(ip)}
	if id, ok := d.addrs[ip]; ok {
		s.id, s.forced = id, id
	} else {
		s.forced = DeviceID(d.Scope, ip.String())
		for _, n := range d.LocalNets {
			if n.Contains(ip) {
				s.id = s.forced
				d.note(s.id, ip)
				break
			}
		}
	}
	d.cache[a] = s
	return s
}

// Sides returns the DeviceIds of originator and responder, "" for a side
// that is no device, and the classes of their addresses.  A connection
// between two addresses that are no devices is reported by the originator.
func (d *Devices) Sides(orig, resp [16]byte) (origID, respID, origType, respType string) {
	o, r := d.lookup(orig), d.lookup(resp)
	if o.id == "" && r.id == "" {
		o.id = o.forced
	}
	return o.id, r.id, o.ipType, r.ipType
}

var (
	carrierGrade = netip.MustParsePrefix("100.64.0.0/10")
	teredo       = netip.MustParsePrefix("2001::/32")
	reserved4    = netip.MustParsePrefix("240.0.0.0/4")
	broadcast    = netip.MustParseAddr("255.255.255.255")
)

// IPType returns the class of an address in Defender's words.
func IPType(a netip.Addr) string {
	switch {
	case a == broadcast:
		return "Broadcast"
	case a.IsLoopback():
		return "Loopback"
	case a.IsLinkLocalUnicast():
		return "LinkLocal"
	case a.IsPrivate():
		return "Private"
	case teredo.Contains(a):
		return "Teredo"
	case a.Is4In6():
		return "FourToSixMapping"
	case carrierGrade.Contains(a):
		return "CarrierGradeNat"
	case a.IsMulticast(), a.IsUnspecified(), reserved4.Contains(a):
		return "Reserved"
	}
	return "Public"
}
