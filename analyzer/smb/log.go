package smb

import "wirehunt/event"

// MappingLog is smb_mapping.log: one record per share that was connected.
// FilesLog is smb_files.log: one record per file that was opened, renamed or
// deleted, not repeated for the same file on the same connection.  Fields
// follow Zeek's script base/protocols/smb/main.zeek.
var (
	MappingLog = event.NewLog("smb_mapping", "SmbConnectionInspected", "Shares of SMB servers that clients connected to.")
	FilesLog   = event.NewLog("smb_files", "SmbConnectionInspected", "Files on SMB servers that were opened, renamed or deleted.")
)

var (
	colMapPath    = MappingLog.StringField("path", "Path of the share: \\\\server\\share.")
	colMapService = MappingLog.StringField("service", "Kind of resource, as SMB1 names it.")
	colMapNative  = MappingLog.StringField("native_file_system", "File system of the share.")
	colMapType    = MappingLog.StringField("share_type", "Kind of share: DISK, PIPE or PRINT.")

	colFuid     = FilesLog.StringField("fuid", "Unique id of the file, where its content was seen.")
	colAction   = FilesLog.EnumField("action", "What was done: SMB::FILE_OPEN, SMB::FILE_RENAME, SMB::FILE_DELETE, SMB::PRINT_OPEN, SMB::PRINT_CLOSE.")
	colPath     = FilesLog.StringField("path", "Path of the share.")
	colName     = FilesLog.StringField("name", "Name of the file in the share.")
	colSize     = FilesLog.CountField("size", "Size of the file in bytes.")
	colPrevName = FilesLog.StringField("prev_name", "Name before it was renamed.")
	colModified = FilesLog.TimeField("times.modified", "Time of the last change to the content.")
	colAccessed = FilesLog.TimeField("times.accessed", "Time of the last access.")
	colCreated  = FilesLog.TimeField("times.created", "Time of creation.")
	colChanged  = FilesLog.TimeField("times.changed", "Time of the last change to the file or its attributes.")
)
