// Package pcapfile reads capture files, pcap and pcapng, plain or compressed
// with gzip or zstd, from any io.Reader, and writes plain ones.  Packets are
// slices of the read buffer; nothing is copied or allocated for each.
//
// Formats: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html and
// https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-03.html.
package pcapfile
