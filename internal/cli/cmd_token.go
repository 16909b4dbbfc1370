package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"wirehunt/internal/api/token"
	"wirehunt/schema"
)

// tokenFlags say where the tokens of a server are.
type tokenFlags struct{ db, file string }

func (f *tokenFlags) path() string {
	if f.file != "" {
		return f.file
	}
	return f.db + ".tokens"
}

func tokenCommand(a *app) *cobra.Command {
	f := &tokenFlags{}
	c := &cobra.Command{
		Use:   "token create NAME | list | revoke NAME",
		Short: "Make, list and revoke the API tokens of a server",
		Long: `Token keeps the API tokens of wirehunt serve, in a file beside the database that
holds only their hashes.  A running server sees a change at once.  The roles are

  reader  query and look, keep queries of one's own
  hunter  also share queries, and import captures
  admin   everything
  sensor  import captures, and nothing else`,
		Example: `  wirehunt token create ann --role hunter
  wirehunt token create ci --role reader --expires 720h
  wirehunt token list
  wirehunt token revoke ann`,
	}
	c.PersistentFlags().StringVar(&f.db, "db", defaultDB, "database `FILE` of the server")
	c.PersistentFlags().StringVar(&f.file, "tokens", "", "`FILE` of the tokens (default: the database's name with .tokens)")
	c.AddCommand(tokenCreateCommand(a, f), tokenListCommand(a, f), tokenRevokeCommand(f))
	return c
}

func tokenCreateCommand(a *app, f *tokenFlags) *cobra.Command {
	var role string
	var expires time.Duration
	c := &cobra.Command{
		Use:   "create NAME",
		Short: "Make a token and print it; it is not shown again",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			now := time.Now()
			var end time.Time
			if expires < 0 {
				return fmt.Errorf("--expires %s: want a time to come", expires)
			} else if expires > 0 {
				end = now.Add(expires)
			}
			text, err := token.Open(f.path()).Create(args[0], token.Role(role), now, end)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(a.out, text)
			return err
		},
	}
	c.Flags().StringVar(&role, "role", string(token.Hunter), "what it allows, a `ROLE`: reader, hunter, admin or sensor")
	c.Flags().DurationVar(&expires, "expires", 0, "end it after `DURATION`, such as 720h (default: never)")
	var roles []string
	for _, r := range token.Roles() {
		roles = append(roles, string(r))
	}
	c.RegisterFlagCompletionFunc("role", cobra.FixedCompletions(roles, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func tokenListCommand(a *app, f *tokenFlags) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "list",
		Short: "List the tokens",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			list, err := token.Open(f.path()).List()
			if err != nil {
				return err
			}
			var rows [][]any
			for _, t := range list {
				end := "never"
				if !t.Expires.IsZero() {
					end = t.Expires.Format(time.RFC3339)
				}
				rows = append(rows, []any{t.Name, string(t.Role), t.ID, t.Created.Format(time.RFC3339), end})
			}
			var cols []schema.Column
			for _, n := range []string{"Name", "Role", "ID", "Created", "Expires"} {
				cols = append(cols, schema.Column{Name: n, Type: schema.String})
			}
			return a.writeList(cols, rows, format)
		},
	}
	addFormat(c, &format, "table", "json", "csv", "ndjson")
	return c
}

func tokenRevokeCommand(f *tokenFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "revoke NAME",
		Short: "End a token, by its name or id",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return token.Open(f.path()).Revoke(args[0])
		},
	}
}
