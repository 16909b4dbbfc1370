import { Button } from "@fluentui/react-components";
import { StarFilled, StarRegular } from "@fluentui/react-icons";
import { type Kind, useFavourites } from "./favourites";

/** Marks something as a favourite, or no longer. */
export function Star({ kind, id, name, className, tabIndex }: { kind: Kind; id: string; name: string; className?: string; tabIndex?: number }) {
  const { has, toggle } = useFavourites();
  const on = has(kind, id);
  return (
    <Button
      {...(className ? { className } : {})}
      {...(tabIndex === undefined ? {} : { tabIndex })}
      data-star={on ? "on" : "off"}
      size="small"
      appearance="subtle"
      icon={on ? <StarFilled /> : <StarRegular />}
      aria-label={on ? `Remove ${name} from the favourites` : `Add ${name} to the favourites`}
      onClick={(e) => {
        e.stopPropagation();
        toggle(kind, id);
      }}
    />
  );
}
