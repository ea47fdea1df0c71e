using System.CommandLine;

namespace Tidemark.Benchmarks.Drift;

/// <summary>The command line of <c>./bench drift</c>, and the hidden verb that runs one of our passes as a process of its own.</summary>
internal static class DriftCommand
{
    public static Command Create(string root)
    {
        var columns = new Option<int>("--columns") { Description = "columns of numbers", DefaultValueFactory = _ => 30 };
        var rows = new Option<int>("--rows") { Description = "rows on either side", DefaultValueFactory = _ => 1_000_000 };
        var rounds = new Option<int>("--rounds") { Description = "rounds, each measuring every peer once", DefaultValueFactory = _ => 3 };
        columns.Validators.Add(r => { if (r.GetValueOrDefault<int>() is < 2 or > 1000) r.AddError("--columns goes from 2 to 1000."); });
        rows.Validators.Add(r => { if (r.GetValueOrDefault<int>() is < 1000 or > 10_000_000) r.AddError("--rows goes from 1000 to 10000000."); });
        rounds.Validators.Add(r => { if (r.GetValueOrDefault<int>() is < 1 or > 1000) r.AddError("--rounds goes from 1 to 1000."); });
        var command = new Command("drift", "Kolmogorov-Smirnov, Wasserstein, PSI and Jensen-Shannon of every column, against numpy and scipy") { columns, rows, rounds };
        command.SetAction((parsed, cancellation) => DriftBenchmark.RunAsync(root, parsed.GetValue(columns), parsed.GetValue(rows), parsed.GetValue(rounds), Console.Out, cancellation));
        return command;
    }

    public static Command CreatePass()
    {
        var what = new Argument<string>("what");
        var reference = new Argument<string>("reference");
        var current = new Argument<string>("current");
        var rows = new Argument<int>("rows");
        var command = new Command("drift-pass", "Runs one of our passes on two files") { what, reference, current, rows };
        command.Hidden = true;
        command.SetAction(parsed => DriftPass.Run(parsed.GetRequiredValue(what), parsed.GetRequiredValue(reference), parsed.GetRequiredValue(current), parsed.GetValue(rows), Console.Out));
        return command;
    }
}
