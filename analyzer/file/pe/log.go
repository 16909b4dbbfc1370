package pe

import "wirehunt/event"

// Log is pe.log.
var Log = event.NewBareLog("pe", "", "Programs for Windows: their headers.")

// The fields of pe.log.
var (
	colID        = Log.StringField("id", "Id of the file.")
	colMachine   = Log.StringField("machine", "Processor that the program is for.")
	colCompiled  = Log.TimeField("compile_ts", "When it was linked.")
	colOS        = Log.StringField("os", "Oldest system that it runs on.")
	colSubsystem = Log.StringField("subsystem", "Subsystem that it runs in.")
	colIsExe     = Log.BoolField("is_exe", "Whether it is a program or library, not only an object file.")
	colIs64      = Log.BoolField("is_64bit", "Whether it is not one for processors of 32 bits.")
	colASLR      = Log.BoolField("uses_aslr", "Whether it may be loaded to any address.")
	colDEP       = Log.BoolField("uses_dep", "Whether its data may not be executed.")
	colIntegrity = Log.BoolField("uses_code_integrity", "Whether its signature has to be checked.")
	colSEH       = Log.BoolField("uses_seh", "Whether it handles exceptions by structured handlers.")
	colImports   = Log.BoolField("has_import_table", "Whether it imports.")
	colExports   = Log.BoolField("has_export_table", "Whether it exports.")
	colCerts     = Log.BoolField("has_cert_table", "Whether it is signed.")
	colDebug     = Log.BoolField("has_debug_data", "Whether it has debugging information.")
	colSections  = Log.VectorField("section_names", event.String, "Names of its sections, in order.")
)
