# spdep as a side, in a process of its own: Rscript spdep.R INPUTS SMALL_INPUTS; requests and answers as in worker.py.
begun <- proc.time()[["elapsed"]]
suppressPackageStartupMessages(suppressWarnings(library(spdep)))
ready <- proc.time()[["elapsed"]]
folders <- commandArgs(trailingOnly = TRUE)

numbers <- function(folder, name, what, size) {
  path <- file.path(folder, name)
  readBin(path, what, file.size(path) / size, size)
}

inputs <- function(folder) {
  counts <- diff(numbers(folder, "starts.bin", "integer", 4))
  units <- length(counts)
  members <- numbers(folder, "members.bin", "integer", 4) + 1L
  neighbours <- unname(split(members, rep.int(seq_len(units), counts)))
  neighbours <- structure(neighbours, class = "nb", region.id = as.character(seq_len(units)), sym = TRUE)
  list(values = numbers(folder, "values.bin", "double", 8)[seq_len(units)], weights = nb2listw(neighbours, style = "W"))
}

run <- function(data, permutations) {
  localmoran_perm(data$values, data$weights, nsim = permutations, mlvar = FALSE, iseed = 1)
}

peak_memory <- function() {  # [MiB]; none where the system does not tell
  if (!file.exists("/proc/self/status")) return("null")
  line <- grep("^VmHWM", readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) / 1024
}

answer <- function(...) {
  cat(sprintf(...), "\n", sep = "")
  flush(stdout())
}

data <- inputs(folders[1])
answer('{"imports": %f, "reading": %f}', ready - begun, proc.time()[["elapsed"]] - ready)
requests <- file("stdin", open = "r")
while (length(request <- readLines(requests, 1)) > 0) {
  words <- strsplit(request, " ")[[1]]
  if (words[1] == "small") {
    run(inputs(folders[2]), 9)
    answer("{}")
  } else if (words[1] == "save") {
    result <- run(data, as.integer(words[2]))
    target <- file(paste(words[-(1:2)], collapse = " "), "wb")
    writeBin(c(result[, "Ii"], result[, "Pr(folded) Sim"]), target)
    close(target)
    answer("{}")
  } else {
    seconds <- replicate(as.integer(words[3]), system.time(run(data, as.integer(words[2])))[["elapsed"]])
    answer('{"seconds": [%s], "memory": %s}', paste(seconds, collapse = ", "), format(peak_memory()))
  }
}
