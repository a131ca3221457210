"""Files into documents: readers, cleaning, speakers, quality report, plan, pipeline."""
