import { Button, Combobox, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Input, makeStyles, Option, Switch, tokens } from "@fluentui/react-components";
import { useEffect, useState } from "react";
import { api } from "../api/api";
import { messageOf } from "../api/http";
import type { SavedQuery } from "../api/types";
import { useApp } from "../app/context";
import type { Tab } from "./tabs";

const useStyles = makeStyles({ form: { display: "grid", gap: tokens.spacingVerticalM } });

interface Props {
  open: boolean;
  tab: Tab;
  /** What is in the editor. */
  text: () => string;
  /** The saved query that the tab shows. */
  existing: SavedQuery | undefined;
  folders: string[];
  onClose: () => void;
  onSaved: (q: SavedQuery) => void;
}

/** Saves the text of a tab, as new or over what it was opened from. */
export function SaveDialog({ open, tab, text, existing, folders, onClose, onSaved }: Props) {
  const styles = useStyles();
  const { session } = useApp();
  const [name, setName] = useState("");
  const [folder, setFolder] = useState("");
  const [shared, setShared] = useState(false);
  const [error, setError] = useState("");
  useEffect(() => {
    if (!open) return;
    setName(existing?.name ?? tab.name);
    setFolder(existing?.folder ?? "");
    setShared(existing?.shared ?? false);
    setError("");
  }, [open, existing, tab.name]);
  const save = async (over: boolean) => {
    const q = { name, folder, shared, query: text() };
    try {
      onSaved(over && existing ? await api.changeSaved({ ...q, id: existing.id }) : await api.save(q));
    } catch (e) {
      setError(messageOf(e));
    }
  };
  return (
    <Dialog open={open} onOpenChange={(_, d) => !d.open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>Save query</DialogTitle>
          <DialogContent className={styles.form}>
            <Field label="Name" required {...(error ? { validationMessage: error } : {})}>
              <Input value={name} onChange={(_, d) => setName(d.value)} />
            </Field>
            <Field label="Folder" hint="Levels are separated by /">
              <Combobox freeform value={folder} onChange={(e) => setFolder(e.target.value)} onOptionSelect={(_, d) => setFolder(d.optionText ?? "")}>
                {folders.map((f) => (
                  <Option key={f}>{f}</Option>
                ))}
              </Combobox>
            </Field>
            {session.role !== "reader" && <Switch label="Shared with everybody" checked={shared} onChange={(_, d) => setShared(d.checked)} />}
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>Cancel</Button>
            {existing && <Button onClick={() => void save(false)}>Save as new</Button>}
            <Button appearance="primary" disabled={name.trim() === ""} onClick={() => void save(true)}>
              Save
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
