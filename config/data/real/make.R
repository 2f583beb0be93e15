# Writes this folder's data sets as CSV files with the columns id, t and y, from R's packages.
# Run in this folder, with Debian's r-cran-nlme and r-cran-mlmrev: Rscript make.R
save <- function(name, table, id, t, y) {
  own <- data.frame(id = as.character(table[[id]]), t = table[[t]], y = table[[y]])
  write.csv(own[complete.cases(own), ], paste0(name, ".csv"), row.names = FALSE, quote = FALSE)
}
from <- function(package, name) {
  get(data(list = name, package = package, envir = environment()))
}
save("BodyWeight", from("nlme", "BodyWeight"), "Rat", "Time", "weight")
save("ChickWeight", from("datasets", "ChickWeight"), "Chick", "Time", "weight")
save("CO2", from("datasets", "CO2"), "Plant", "conc", "uptake")
save("Dialyzer", from("nlme", "Dialyzer"), "Subject", "pressure", "rate")
save("Early", from("mlmRev", "Early"), "id", "age", "cog")
save("Earthquake", transform(from("nlme", "Earthquake"), logacc = log(accel)), "Quake", "distance",
     "logacc")
save("egsingle", from("mlmRev", "egsingle"), "childid", "year", "math")
save("Exam", from("mlmRev", "Exam"), "school", "standLRT", "normexam")
save("Gcsemv", from("mlmRev", "Gcsemv"), "school", "written", "course")
glucose <- from("nlme", "Glucose2")
save("Glucose2", transform(glucose, id = paste(Subject, Date, sep = "_")), "id", "Time", "glucose")
save("IGF", from("nlme", "IGF"), "Lot", "age", "conc")
save("Milk", from("nlme", "Milk"), "Cow", "Time", "protein")
save("Orthodont", from("nlme", "Orthodont"), "Subject", "age", "distance")
save("Ovary", from("nlme", "Ovary"), "Mare", "Time", "follicles")
save("Oxboys", from("nlme", "Oxboys"), "Subject", "age", "height")
save("Oxide", transform(from("nlme", "Oxide"), wafer = as.integer(as.character(Wafer))), "Lot",
     "wafer", "Thickness")
save("ScotsSec", from("mlmRev", "ScotsSec"), "second", "verbal", "attain")
save("Soybean", from("nlme", "Soybean"), "Plot", "Time", "weight")
