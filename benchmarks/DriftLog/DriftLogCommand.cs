using System.CommandLine;

namespace Tidemark.Benchmarks.DriftLog;

/// <summary>The command line of <c>./bench drift-log</c>.</summary>
internal static class DriftLogCommand
{
    public static Command Create()
    {
        var rows = new Option<int>("--rows") { Description = "rows of the log of 30 columns that is parsed and profiled", DefaultValueFactory = _ => 100_000 };
        var memoryRows = new Option<int>("--memory-rows") { Description = "rows of 100 columns that one profile takes in while its memory is watched", DefaultValueFactory = _ => 10_000_000 };
        var rounds = new Option<int>("--rounds") { Description = "rounds; figures are medians", DefaultValueFactory = _ => 5 };
        rows.Validators.Add(r => { if (r.GetValueOrDefault<int>() is < 1000 or > 10_000_000) r.AddError("--rows goes from 1000 to 10000000."); });
        memoryRows.Validators.Add(r => { if (r.GetValueOrDefault<int>() is < 0 or > 100_000_000) r.AddError("--memory-rows goes from 0 to 100000000."); });
        rounds.Validators.Add(r => { if (r.GetValueOrDefault<int>() is < 1 or > 1000) r.AddError("--rounds goes from 1 to 1000."); });
        var command = new Command("drift-log", "The profile of the prediction log, the check from stored profiles, and the memory of a profile") { rows, memoryRows, rounds };
        command.SetAction((parsed, cancellation) => DriftLogBenchmark.RunAsync(parsed.GetValue(rows), parsed.GetValue(memoryRows), parsed.GetValue(rounds), Console.Out, cancellation));
        return command;
    }
}
