using System.CommandLine;

namespace Tidemark.Benchmarks.Validate;

/// <summary>The command line of <c>./bench validate</c>, and the hidden verb that runs one of our checks as a process of its own.</summary>
internal static class ValidateCommand
{
    public static Command Create(string root)
    {
        var rows = new Option<int>("--rows") { Description = "rows of 30 columns", DefaultValueFactory = _ => 1_000_000 };
        var rounds = new Option<int>("--rounds") { Description = "rounds, each measuring every peer once", DefaultValueFactory = _ => 5 };
        rows.Validators.Add(r => { if (r.GetValueOrDefault<int>() is < 1000 or > 100_000_000) r.AddError("--rows goes from 1000 to 100000000."); });
        rounds.Validators.Add(r => { if (r.GetValueOrDefault<int>() is < 1 or > 1000) r.AddError("--rounds goes from 1 to 1000."); });
        var command = new Command("validate", "A suite of 40 expectations on a CSV, in one streaming pass: the suite against pandas and against parsing only") { rows, rounds };
        command.SetAction((parsed, cancellation) => ValidateBenchmark.RunAsync(root, parsed.GetValue(rows), parsed.GetValue(rounds), Console.Out, cancellation));
        return command;
    }

    public static Command CreateCheck()
    {
        var what = new Argument<string>("what");
        var data = new Argument<string>("data");
        var suite = new Argument<string>("suite");
        var command = new Command("check", "Runs one of our checks on a file") { what, data, suite };
        command.Hidden = true;
        command.SetAction((parsed, cancellation) => StreamingCheck.RunAsync(parsed.GetRequiredValue(what), parsed.GetRequiredValue(data), parsed.GetRequiredValue(suite), Console.Out, cancellation));
        return command;
    }
}
