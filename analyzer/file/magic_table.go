package file

const opendocument = "application/vnd.oasis.opendocument."

// magics are the signatures of binary formats and of texts with a fixed
// start.  Text that needs parsing is in text.go.
var magics = []magic{
	// Archives and compressed data.
	{mime: "application/x-tar", strength: 100, more: isTar},
	{mime: "application/zip", strength: 10, text: "PK\x03\x04"},
	{mime: "application/zip", strength: 10, text: "PK\x07\x08PK\x03\x04"},
	{mime: "application/zip", strength: 340, text: "MZ", more: textAt(30, "Copyright 1989-1990 PKWARE Inc.", "PKLITE Copr.")},
	{mime: "application/x-rar", strength: 70, text: "Rar!"},
	{mime: "application/x-gzip", strength: 100, text: "\x1f\x8b"},
	{mime: "application/vnd.ms-cab-compressed", strength: 110, text: "MSCF\x00\x00\x00\x00"},
	{mime: "application/x-dmg", strength: 100, text: "\x78\x01\x73\x0d\x62\x62\x60"},
	{mime: "application/x-dmg", strength: 100, text: "\x78\xda\x63\x60\x18\x05"},
	{mime: "application/x-dmg", strength: 100, text: "\x78\x01\x63\x60\x18\x05"},
	{mime: "application/x-dmg", strength: 100, text: "\x78\xda\x73\x0d"},
	{mime: "application/x-xar", strength: 100, text: "xar!"},
	{mime: "application/x-rpm", strength: 70, text: "drpm"},
	{mime: "application/x-rpm", strength: 70, text: "\xed\xab\xee\xdb"},
	{mime: "application/x-debian-package", strength: 171, text: "!<arch>\ndebian"},
	{mime: "application/x-stuffit", strength: 70, text: "SIT!"},
	{mime: "application/x-stuffit", strength: 70, text: "StuffIt"},
	{mime: "application/x-archive", strength: 70, text: "!<arch>"},
	{mime: "application/x-archive", strength: 70, text: "<ar>"},
	{mime: "application/x-archive", strength: 70, text: "<arch>"},
	{mime: "application/x-arc", strength: 70, more: isArc},
	{mime: "application/x-eet", strength: 70, text: "\x1e\xe7\xff\x00"},
	{mime: "application/x-zoo", strength: 70, at: 20, text: "\xdc\xa7\xc4\xfd"},
	{mime: "application/x-lz4", strength: 70, text: "\x02\x21\x4c\x18"},
	{mime: "application/x-lz4", strength: 70, text: "\x04\x22\x4d\x18"},
	{mime: "application/x-lrzip", strength: 1, text: "LRZI"},
	{mime: "application/x-lzip", strength: 70, text: "LZIP"},
	{mime: "application/x-lzh", strength: 80, at: 2, text: "-l", more: isLZH},
	{mime: "application/warc", strength: 50, text: "WARC/"},
	{mime: "application/x-7z-compressed", strength: 50, text: "7z\xbc\xaf\x27\x1c"},
	{mime: "application/x-xz", strength: 90, text: "\xfd7zXZ\x00"},
	{mime: "application/x-lha", strength: 120, text: "MZ", more: textAt(36, "LHa's SFX", "LHA's SFX")},
	{mime: "application/x-arj", strength: 50, text: "\x60\xea"},
	{mime: "application/x-cpio", strength: 50, text: "\x71\xc7"},
	{mime: "application/x-cpio", strength: 50, text: "\xc7\x71"},
	{mime: "application/x-compress", strength: 50, text: "\x1f\x9d"},
	{mime: "application/x-lzma", strength: 71, text: "\x5d\x00\x00"},
	{mime: "application/x-ace", strength: 100, at: 7, text: "**ACE**"},
	{mime: "application/x-bzip2", strength: 60, text: "BZh"},
	{mime: "application/java-archive", strength: 100, text: "PK\x03\x04", more: isJar},

	// Programs.
	{mime: "application/x-dosexec", strength: 51, text: "MZ"},
	{mime: "application/x-object", strength: 50, text: "\x7fELF", more: elfType(1)},
	{mime: "application/x-executable", strength: 50, text: "\x7fELF", more: elfType(2)},
	{mime: "application/x-sharedlib", strength: 50, text: "\x7fELF", more: elfType(3)},
	{mime: "application/x-coredump", strength: 50, text: "\x7fELF", more: elfType(4)},
	{mime: "application/x-mach-o-executable", strength: 100, text: "\xce\xfa\xed\xfe"},
	{mime: "application/x-mach-o-executable", strength: 100, text: "\xcf\xfa\xed\xfe"},
	{mime: "application/x-mach-o-executable", strength: 100, text: "\xca\xfe\xba\xbe",
		more: func(b []byte) bool { return len(b) > 7 && b[6] == 0 && b[7] >= 1 && b[7] <= 0x14 }},
	{mime: "application/x-java-applet", strength: 71, text: "\xca\xfe\xba\xbe",
		more: func(b []byte) bool { return len(b) > 7 && b[7] >= 0x2d && b[7] <= 0x34 }},
	{mime: "application/x-elc", strength: 10, text: ";ELC",
		more: func(b []byte) bool { return len(b) > 4 && (b[4] < 0x20 || b[4] >= 0x80) }},
	{mime: "application/x-python-bytecode", strength: 80, at: 2, text: "\r\n", more: isPyc},
	{mime: "application/x-ms-shortcut", strength: 49, text: "L\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"},

	// Documents.
	{mime: "application/pdf", strength: 80, text: "%PDF-"},
	{mime: "application/postscript", strength: 50, text: "%!"},
	{mime: "application/postscript", strength: 60, text: "\x04%!"},
	{mime: "text/rtf", strength: 80, text: "{\\rtf"},
	{mime: "application/msword", strength: 50, text: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"},
	{mime: "application/x-msaccess", strength: 180, at: 4, text: "Standard Jet DB\x00"},
	{mime: "application/x-msaccess", strength: 180, at: 4, text: "Standard ACE DB\x00"},
	{mime: "application/vnd.openxmlformats-officedocument", strength: 50, text: "PK\x03\x04\x14\x00\x06\x00"},
	{mime: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", strength: 80, text: "PK\x03\x04", more: ooxml("word/")},
	{mime: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", strength: 80, text: "PK\x03\x04", more: ooxml("xl/")},
	{mime: "application/vnd.openxmlformats-officedocument.presentationml.presentation", strength: 80, text: "PK\x03\x04", more: ooxml("ppt/")},
	{mime: opendocument + "text", strength: 110, text: "PK\x03\x04", more: odf("text", false)},
	{mime: opendocument + "text-template", strength: 120, text: "PK\x03\x04", more: odf("text-template", true)},
	{mime: opendocument + "text-web", strength: 70, text: "PK\x03\x04", more: odf("text-web", true)},
	{mime: opendocument + "text-master", strength: 100, text: "PK\x03\x04", more: odf("text-master", true)},
	{mime: opendocument + "graphics", strength: 110, text: "PK\x03\x04", more: odf("graphics", false)},
	{mime: opendocument + "graphics-template", strength: 120, text: "PK\x03\x04", more: odf("graphics-template", true)},
	{mime: opendocument + "presentation", strength: 110, text: "PK\x03\x04", more: odf("presentation", false)},
	{mime: opendocument + "presentation-template", strength: 120, text: "PK\x03\x04", more: odf("presentation-template", true)},
	{mime: opendocument + "spreadsheet", strength: 110, text: "PK\x03\x04", more: odf("spreadsheet", false)},
	{mime: opendocument + "spreadsheet-template", strength: 120, text: "PK\x03\x04", more: odf("spreadsheet-template", true)},
	{mime: opendocument + "chart", strength: 110, text: "PK\x03\x04", more: odf("chart", false)},
	{mime: opendocument + "formula", strength: 110, text: "PK\x03\x04", more: odf("formula", false)},
	{mime: opendocument + "database", strength: 110, text: "PK\x03\x04", more: odf("database", true)},
	{mime: opendocument + "image", strength: 110, text: "PK\x03\x04", more: odf("image", false)},
	{mime: "application/epub+zip", strength: 110, text: "PK\x03\x04", more: textAt(30, "mimetypeapplication/epub+zip")},
	{mime: "application/x-sqlite3", strength: 180, text: "SQLite format 3"},
	{mime: "application/vnd.ms-tnef", strength: 100, text: "\x78\x9f\x3e\x22"},
	{mime: "application/pkcs7-signature", strength: 100, text: "MIME-Version:", more: has(13, `protocol="application/pkcs7-signature"`)},
	{mime: "application/x-pem", strength: 0, text: "-----BEGIN CERTIFICATE-----"},
	{mime: "application/pgp", strength: 260, text: "-----BEGIN PGP MESSAGE-"},
	{mime: "application/pgp-signature", strength: 280, text: "-----BEGIN PGP SIGNATURE-"},
	{mime: "application/pgp-keys", strength: 330, at: 2, text: "---BEGIN PGP PUBLIC KEY BLOCK-"},
	{mime: "application/ocsp-request", strength: 71, more: isASN1With("\x06\x05\x2b\x0e\x03\x02\x1a")},
	{mime: "application/ocsp-response", strength: 71, more: isASN1With("\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x01")},
	{mime: "application/vnd.tcpdump.pcap", strength: 70, text: "\xa1\xb2\xc3\xd4"},
	{mime: "application/vnd.tcpdump.pcap", strength: 70, text: "\xd4\xc3\xb2\xa1"},
	{mime: "application/vnd.tcpdump.pcap", strength: 100, text: "\x0a\x0d\x0d\x0a", more: textAt(8, "\x1a\x2b\x3c\x4d", "\x4d\x3c\x2b\x1a")},
	{mime: "application/x-java-jnlp-file", strength: 100, text: "<jnlp "},
	{mime: "application/sla", strength: 10, text: "solid "},
	{mime: "application/skp", strength: 100, text: "\xff\xfe\xff\x0eS\x00k\x00e\x00t\x00c\x00h\x00U\x00p\x00 \x00M\x00o\x00d\x00e\x00l\x00"},
	{mime: "application/x-bittorrent", strength: 50, text: "d8:announce"},
	{mime: "application/mac-binhex40", strength: 320, at: 11, text: "must be converted with BinHex"},
	{mime: "text/calendar", strength: 180, text: "BEGIN:VCALENDAR"},
	{mime: "text/x-vcard", strength: 140, text: "BEGIN:VCARD"},
	{mime: "message/rfc822", strength: 80, text: "From:"},
	{mime: "message/rfc822", strength: 120, text: "Received:"},
	{mime: "message/rfc822", strength: 150, text: "Return-Path:"},
	{mime: "message/rfc822", strength: 160, text: "Delivered-To:"},

	// Images.
	{mime: "image/tiff", strength: 70, text: "MM\x00", more: byteAt(3, "\x2a\x2b")},
	{mime: "image/tiff", strength: 70, text: "II\x2a\x00"},
	{mime: "image/tiff", strength: 70, text: "II\x2b\x00"},
	{mime: "image/gif", strength: 70, text: "GIF8"},
	{mime: "image/jpeg", strength: 52, text: "\xff\xd8"},
	{mime: "image/x-ms-bmp", strength: 50, text: "BM",
		more: func(b []byte) bool { return len(b) > 15 && byteAt(14, "\x0c\x28\x40\x6c\x7c\x80")(b) && b[15] == 0 }},
	{mime: "image/x-icon", strength: 70, text: "\x00\x00\x01\x00"},
	{mime: "image/x-cursor", strength: 70, text: "\x00\x00\x02\x00"},
	{mime: "image/vnd.adobe.photoshop", strength: 70, text: "8BPS"},
	{mime: "image/png", strength: 110, text: "\x89PNG"},
	{mime: "image/jp2", strength: 60, at: 4, text: "ftypjp2"},
	{mime: "image/jp2", strength: 70, text: "\x00\x00\x00\x0cjP  \x0d\x0a\x87\x0a", more: textAt(20, "jp2 ")},
	{mime: "image/jpx", strength: 70, text: "\x00\x00\x00\x0cjP  \x0d\x0a\x87\x0a", more: textAt(20, "jpx ")},
	{mime: "image/jpm", strength: 70, text: "\x00\x00\x00\x0cjP  \x0d\x0a\x87\x0a", more: textAt(20, "jpm ")},
	{mime: "image/jp2", strength: 50, at: 4, text: "jP"},
	{mime: "image/x-xcursor", strength: 70, text: "Xcur"},
	{mime: "image/x-niff", strength: 70, text: "IIN1"},
	{mime: "image/x-exr", strength: 70, text: "\x76\x2f\x31\x01"},
	{mime: "image/x-dpx", strength: 70, text: "SDPX"},
	{mime: "image/x-cpi", strength: 70, text: "CPC\xb2"},
	{mime: "image/x-olympus-orf", strength: 70, text: "IIR", more: byteAt(3, "OS")},
	{mime: "image/x-olympus-orf", strength: 70, text: "MMOR"},
	{mime: "image/x-x3f", strength: 70, text: "FOVb"},
	{mime: "image/x-paintnet", strength: 70, text: "PDN3"},
	{mime: "image/x-coreldraw", strength: 70, text: "RIFF", more: textAt(8, "CDRA", "CDR6")},
	{mime: "image/x-portable-pixmap", strength: 50, text: "P7"},
	{mime: "image/vnd.djvu", strength: 70, text: "AT&TFORM", more: textAt(12, "DJVM", "DJVU", "DJVI", "THUM")},
	{mime: "image/vnd.dwg", strength: 90, text: "AC10"},
	{mime: "image/vnd.dwg", strength: 90, text: "AC1."},
	{mime: "image/vnd.dwg", strength: 90, text: "AC2."},
	{mime: "image/x-xcf", strength: 110, text: "gimp xcf"},
	{mime: "image/x-polar-monitor-bitmap", strength: 160, text: "[BitmapInfo2]"},
	{mime: "image/x-award-bmp", strength: 20, text: "AWBM"},
	{mime: "image/x-award-bioslogo", strength: 50, text: "\x11", more: byteAt(1, "\x06\x09")},
	{mime: "image/webp", strength: 70, text: "RIFF", more: textAt(8, "WEBP")},
	{mime: "image/x-xpmi", strength: 120, text: "/* XPM */"},

	// Sound and moving pictures.
	{mime: "audio/mpeg", strength: 20, text: "\xff", more: byteAt(1, "\xe2\xe3\xf2\xf3\xf6\xf7\xfa\xfb\xfc\xfd")},
	{mime: "audio/mpeg", strength: 60, text: "ID3"},
	{mime: "audio/m4a", strength: 70, at: 4, text: "ftypm4a"},
	{mime: "audio/x-wav", strength: 50, text: "RIFF", more: textAt(8, "WAVE")},
	{mime: "audio/midi", strength: 70, text: "MThd"},
	{mime: "audio/x-flac", strength: 70, text: "fLaC"},
	{mime: "audio/basic", strength: 70, text: ".snd"},
	{mime: "audio/x-aiff", strength: 70, text: "FORM", more: textAt(8, "AIFF", "AIFC")},
	{mime: "application/ogg", strength: 70, text: "OggS"},
	{mime: "video/x-msvideo", strength: 50, text: "RIFF", more: textAt(8, "AVI ")},
	{mime: "video/x-ms-asf", strength: 70, text: "\x30\x26\xb2\x75"},
	{mime: "video/x-flv", strength: 60, text: "FLV"},
	{mime: "application/x-shockwave-flash", strength: 60, text: "FWS"},
	{mime: "application/x-shockwave-flash", strength: 60, text: "CWS"},
	{mime: "application/x-shockwave-flash", strength: 60, text: "ZWS"},
	{mime: "video/x-fli", strength: 50, at: 4, text: "\x11\xaf"},
	{mime: "video/x-flc", strength: 50, at: 4, text: "\x12\xaf"},
	{mime: "video/mj2", strength: 70, text: "\x00\x00\x00\x0cjP  \x0d\x0a\x87\x0a", more: textAt(20, "mjp2")},
	{mime: "video/x-mng", strength: 70, text: "\x8aMNG"},
	{mime: "video/x-jng", strength: 70, text: "\x8bJNG"},
	{mime: "video/mpeg", strength: 50, text: "\x00\x00\x01",
		more: func(b []byte) bool { return len(b) > 3 && b[3] >= 0xb0 && b[3] <= 0xbb }},
	{mime: "video/mpv", strength: 71, text: "\x00\x00\x01\xb3"},
	{mime: "video/h264", strength: 41, text: "\x00\x00\x00\x01", more: byteAt(4, "\x07\x27\x47\x67\x87\xa7\xc7\xe7")},
	{mime: "video/mp2p", strength: 21, text: "\x00\x00\x01\xba", more: func(b []byte) bool { return len(b) > 4 && b[4]&0x40 != 0 }},
	{mime: "video/webm", strength: 70, text: "\x1a\x45\xdf\xa3", more: ebml("webm")},
	{mime: "video/x-matroska", strength: 110, text: "\x1a\x45\xdf\xa3", more: ebml("matroska")},
	{mime: "video/x-sgi-movie", strength: 70, text: "MOVI"},
	{mime: "video/quicktime", strength: 70, at: 4, text: "mdat"},
	{mime: "video/quicktime", strength: 70, at: 4, text: "moov"},
	{mime: "video/mp4", strength: 70, at: 4, text: "ftyp", more: textAt(8, "isom", "mp41", "mp42")},
	{mime: "video/3gpp", strength: 60, at: 4, text: "ftyp", more: textAt(8, "3ge", "3gg", "3gp", "3gs", "3g2", "avc1", "mmp4")},

	// Fonts.
	{mime: "application/font-woff2", strength: 70, text: "wOF2"},
	{mime: "application/font-woff", strength: 70, text: "wOFF"},
	{mime: "application/x-font-ttf", strength: 80, text: "\x00\x01\x00\x00\x00"},
	{mime: "application/vnd.ms-fontobject", strength: 50, at: 34, text: "LP"},
	{mime: "application/vnd.ms-opentype", strength: 70, text: "OTTO"},
	{mime: "application/x-mif", strength: 190, text: "<MakerScreenFont"},
	{mime: "application/vnd.font-fontforge-sfd", strength: 160, text: "SplineFontDB:"},
}

// isArc recognises the header of an ARC archive.
func isArc(b []byte) bool {
	return len(b) > 3 && b[0] < 0x80 && b[1] < 0x80 && b[3] == 0x1a &&
		(b[2] >= 2 && b[2] <= 0x0a || b[2] == 0x14 || b[2] == 0x48)
}

// isLZH recognises the method of an LHA archive.
func isLZH(b []byte) bool {
	return len(b) > 6 && b[6] == '-' && (b[4] == 'h' && byteAt(5, " abcdex0123456789")(b) || b[4] == 'z' && byteAt(5, "s2345678")(b))
}

// isJar recognises an archive whose first member is the manifest, behind an
// entry of at most 200 bytes.
func isJar(b []byte) bool {
	const manifest = "META-INF/MANIFEST.MF"
	for i := 5; i <= 204 && i+4+len(manifest) <= len(b); i++ {
		if b[i] == 0x14 && b[i+1] == 0 && string(b[i+4:i+4+len(manifest)]) == manifest {
			return true
		}
	}
	return false
}

// isPyc recognises the version of Python byte code.
func isPyc(b []byte) bool {
	switch v := uint16(b[0]) | uint16(b[1])<<8; {
	case v >= 3000 && v <= 3400: // 3.0 to 3.7
		return true
	case v >= 62000 && v <= 62300, v == 60202, v == 60717, v == 50823, v == 50428, v == 20121:
		return true
	}
	return false
}

// odf returns a test for an OpenDocument file of a kind; exact kinds may not
// go on with a dash.
func odf(kind string, prefix bool) func([]byte) bool {
	text := "\x08\x00\x00\x00mimetype" + opendocument + kind
	return func(b []byte) bool {
		if len(b) <= 26+len(text) || string(b[26:26+len(text)]) != text {
			return false
		}
		return prefix || b[26+len(text)] != '-'
	}
}

// ebml returns a test for the document type of a Matroska container.
func ebml(doctype string) func([]byte) bool {
	return func(b []byte) bool {
		for i := 4; i+3+len(doctype) <= len(b); i++ {
			if string(b[i:i+2]) == "B\x82" && string(b[i+3:i+3+len(doctype)]) == doctype {
				return true
			}
		}
		return false
	}
}
