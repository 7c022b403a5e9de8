"""What every floor stands on: database, clock, ids, languages, assets, headers. It knows no domain word."""
