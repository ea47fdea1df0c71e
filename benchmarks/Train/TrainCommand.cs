using System.CommandLine;

namespace Tidemark.Benchmarks.Train;

/// <summary>The command line of <c>./bench train</c>, and the hidden verb that runs our fit as a process of its own.</summary>
internal static class TrainCommand
{
    public static Command Create(string root)
    {
        var rows = new Option<int>("--rows") { Description = "rows of 30 columns", DefaultValueFactory = _ => 100_000 };
        var rounds = new Option<int>("--rounds") { Description = "rounds, each measuring every peer once", DefaultValueFactory = _ => 3 };
        var threads = new Option<int>("--threads") { Description = "threads that each peer may use; more than one counts waiting too on a busy machine", DefaultValueFactory = _ => 1 };
        rows.Validators.Add(r => { if (r.GetValueOrDefault<int>() is < 5000 or > 20_000_000) r.AddError("--rows goes from 5000 to 20000000."); });
        rounds.Validators.Add(r => { if (r.GetValueOrDefault<int>() is < 1 or > 100) r.AddError("--rounds goes from 1 to 100."); });
        var command = new Command("train", "Boosted trees: CPU seconds and memory of the C# trainer against xgboost's hist, for equal AUC") { rows, rounds, threads };
        command.SetAction((parsed, cancellation) => TrainBenchmark.RunAsync(root, parsed.GetValue(rows), parsed.GetValue(rounds), parsed.GetValue(threads), Console.Out, cancellation));
        return command;
    }

    public static Command CreateFit()
    {
        var folder = new Argument<string>("folder");
        var threads = new Argument<int>("threads");
        var command = new Command("fit", "Fits our trees to data in a folder") { folder, threads };
        command.Hidden = true;
        command.SetAction((parsed, cancellation) => TreesFit.RunAsync(parsed.GetRequiredValue(folder), parsed.GetRequiredValue(threads), Console.Out, cancellation));
        return command;
    }
}
