import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Input, makeStyles, tokens } from "@fluentui/react-components";
import { useEffect, useState } from "react";
import { api } from "../api/api";
import { messageOf } from "../api/http";
import type { SavedQuery } from "../api/types";

const useStyles = makeStyles({ form: { display: "grid", gap: tokens.spacingVerticalM } });

/** Gives a saved query another name or folder. */
export function RenameDialog({ query, onClose, onDone }: { query: SavedQuery | undefined; onClose: () => void; onDone: () => void }) {
  const styles = useStyles();
  const [name, setName] = useState("");
  const [folder, setFolder] = useState("");
  const [error, setError] = useState("");
  useEffect(() => {
    setName(query?.name ?? "");
    setFolder(query?.folder ?? "");
    setError("");
  }, [query]);
  const save = async () => {
    if (!query) return;
    try {
      await api.changeSaved({ ...query, name, folder });
      onDone();
      onClose();
    } catch (e) {
      setError(messageOf(e));
    }
  };
  return (
    <Dialog open={query !== undefined} onOpenChange={(_, d) => !d.open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>Rename or move</DialogTitle>
          <DialogContent className={styles.form}>
            <Field label="Name" required {...(error ? { validationMessage: error } : {})}>
              <Input value={name} onChange={(_, d) => setName(d.value)} />
            </Field>
            <Field label="Folder" hint="Levels are separated by /">
              <Input value={folder} onChange={(_, d) => setFolder(d.value)} />
            </Field>
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>Cancel</Button>
            <Button appearance="primary" disabled={name.trim() === ""} onClick={() => void save()}>
              Rename
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
