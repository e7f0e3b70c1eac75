"""The page of `serve`: what each event becomes, what arrives (`design/workbench.md` section 3)."""
