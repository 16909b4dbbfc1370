import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Input, makeStyles, Textarea, tokens } from "@fluentui/react-components";
import { useEffect, useState } from "react";
import { api } from "../api/api";
import { messageOf } from "../api/http";

const useStyles = makeStyles({
  form: { display: "grid", gap: tokens.spacingVerticalM },
  code: { fontFamily: tokens.fontFamilyMonospace },
});

interface Props {
  open: boolean;
  /** The query at the cursor. */
  query: () => string;
  onClose: () => void;
  onSaved: () => void;
}

/** Saves a function: a declaration with parameters, or a query under a name. */
export function FunctionDialog({ open, query, onClose, onSaved }: Props) {
  const styles = useStyles();
  const [name, setName] = useState("");
  const [doc, setDoc] = useState("");
  const [text, setText] = useState("");
  const [error, setError] = useState("");
  useEffect(() => {
    if (!open) return;
    const code = query();
    setText(code);
    setName(/^\s*let\s+(\w+)\s*=\s*(?:view\s*)?\(/m.exec(code)?.[1] ?? "");
    setDoc("");
    setError("");
  }, [open, query]);
  const save = async () => {
    try {
      await api.saveFunction({ name, text, doc });
      onSaved();
      onClose();
    } catch (e) {
      setError(messageOf(e));
    }
  };
  return (
    <Dialog open={open} onOpenChange={(_, d) => !d.open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>Save function</DialogTitle>
          <DialogContent className={styles.form}>
            <Field label="Name" required>
              <Input value={name} onChange={(_, d) => setName(d.value)} />
            </Field>
            <Field label="Description">
              <Input value={doc} onChange={(_, d) => setDoc(d.value)} />
            </Field>
            <Field label="Code" hint="A query, or let Name = (parameter: type) { query };" {...(error ? { validationMessage: error } : {})}>
              <Textarea className={styles.code} rows={8} value={text} onChange={(_, d) => setText(d.value)} />
            </Field>
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>Cancel</Button>
            <Button appearance="primary" disabled={name.trim() === "" || text.trim() === ""} onClick={() => void save()}>
              Save function
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
