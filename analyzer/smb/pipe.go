package smb

import "wirehunt/analyzer"

// pipe is a named pipe on which DCE/RPC may be spoken.
type pipe struct{ rpc *analyzer.Feeder }

// pipeData hands bytes that were written to a pipe, or read from it, to the
// analyzer of DCE/RPC.
func (a *Analyzer) pipeData(dir analyzer.Dir, id fileID, b []byte) {
	if len(b) == 0 {
		return
	}
	p := a.s.pipes[id]
	if p == nil {
		if a.s.opened >= maxPipes {
			return
		}
		if a.s.opened++; a.s.opened == maxPipes {
			a.Weird("SMB_discarded_dce_rpc_analyzers", "")
		}
		p = &pipe{rpc: a.Child("dce_rpc")}
		a.s.pipes[id] = p
	}
	p.rpc.Data(dir, b)
}

// closePipe ends a pipe.
func (a *Analyzer) closePipe(id fileID) {
	if p := a.s.pipes[id]; p != nil {
		p.rpc.Close()
		delete(a.s.pipes, id)
	}
}

// pipeNames are pipes by whose names one is recognised where the share was
// connected before the capture began (Zeek's SMB::pipe_filenames).
var pipeNames = [...]string{
	"spoolss", "winreg", "samr", "srvsvc", "netdfs", "lsarpc", "wkssvc", "MsFteWds",
}

func isPipeName(name []byte) bool {
	for _, n := range pipeNames {
		if string(name) == n {
			return true
		}
	}
	return false
}
