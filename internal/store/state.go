package store

import "context"

// State keeps small documents beside the records: saved queries, history.
type State interface {
	// PutState stores a document under kind and id, in place of one that is
	// there.
	PutState(ctx context.Context, kind, id string, body []byte) error
	// DeleteState removes a document, and tells whether it was there.
	DeleteState(ctx context.Context, kind, id string) (bool, error)
	// ListState calls yield with all documents of a kind, in order of their
	// ids.
	ListState(ctx context.Context, kind string, yield func(id string, body []byte) error) error
}
