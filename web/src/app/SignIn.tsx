import { Button, Card, Field, Input, makeStyles, Title3, tokens } from "@fluentui/react-components";
import { type FormEvent, useState } from "react";
import { api } from "../api/api";
import { messageOf } from "../api/http";
import type { Session } from "../api/types";

const useStyles = makeStyles({
  page: { height: "100%", display: "grid", placeItems: "center" },
  card: { width: "380px", padding: tokens.spacingHorizontalXXL, gap: tokens.spacingVerticalL },
  form: { display: "grid", gap: tokens.spacingVerticalM },
});

/** Asks for an API token, for which the server gives a session cookie. */
export function SignIn({ onSignedIn }: { onSignedIn: (s: Session) => void }) {
  const styles = useStyles();
  const [token, setToken] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError("");
    try {
      onSignedIn(await api.signIn(token.trim()));
    } catch (reason) {
      setError(messageOf(reason));
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className={styles.page}>
      <Card className={styles.card}>
        <Title3 as="h1">Sign in to wirehunt</Title3>
        <form className={styles.form} onSubmit={(e) => void submit(e)}>
          <Field label="API token" hint="An administrator makes one with: wirehunt token create NAME" {...(error ? { validationMessage: error } : {})}>
            <Input type="password" autoComplete="current-password" autoFocus value={token} onChange={(_, d) => setToken(d.value)} />
          </Field>
          <Button type="submit" appearance="primary" disabled={busy || token.trim() === ""}>
            Sign in
          </Button>
        </form>
      </Card>
    </main>
  );
}
