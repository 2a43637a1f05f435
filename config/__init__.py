"""What Naru is told and what it knows: settings, the process model, vocabularies, catalogues."""
