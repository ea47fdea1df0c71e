using System.CommandLine;

namespace Tidemark.Benchmarks.Batch;

/// <summary>The command line of <c>./bench batch</c>, and the hidden verb that runs one C# peer as a process of its own.</summary>
internal static class BatchCommand
{
    public static Command Create(string root)
    {
        var rows = new Option<long>("--rows") { Description = "rows of 30 columns", DefaultValueFactory = _ => 1_000_000 };
        var rounds = new Option<int>("--rounds") { Description = "rounds, each measuring every peer once", DefaultValueFactory = _ => 3 };
        var models = new Option<string[]>("--models") { Description = "models to score with", DefaultValueFactory = _ => ["lr", "gbt"], AllowMultipleArgumentsPerToken = true };
        var peers = new Option<string[]>("--peers") { Description = $"peers: {string.Join(", ", BatchBenchmark.Peers)}", DefaultValueFactory = _ => BatchBenchmark.Peers, AllowMultipleArgumentsPerToken = true };
        rows.Validators.Add(r => { if (r.GetValueOrDefault<long>() is < 1000 or > 1_000_000_000) r.AddError("--rows goes from 1000 to 1000000000."); });
        rounds.Validators.Add(r => { if (r.GetValueOrDefault<int>() is < 1 or > 1000) r.AddError("--rounds goes from 1 to 1000."); });
        models.AcceptOnlyFromAmong("lr", "gbt");
        peers.AcceptOnlyFromAmong(BatchBenchmark.Peers);
        var command = new Command("batch", "A CSV scored into a CSV: the suite through storage against peers on local files") { rows, rounds, models, peers };
        command.SetAction((parsed, cancellation) => new BatchBenchmark(root, parsed.GetValue(rows), parsed.GetValue(peers)!, Console.Out)
            .RunAsync(parsed.GetValue(models)!, parsed.GetValue(rounds), cancellation));
        return command;
    }

    public static Command CreateScore()
    {
        var peer = new Argument<string>("peer");
        var model = new Argument<string>("model");
        var input = new Argument<string>("input");
        var output = new Argument<string>("output");
        var command = new Command("score", "Runs one C# peer on a file") { peer, model, input, output };
        command.Hidden = true;
        command.SetAction(parsed => BatchPeers.Score(parsed.GetRequiredValue(peer), parsed.GetRequiredValue(model), parsed.GetRequiredValue(input), parsed.GetRequiredValue(output)));
        return command;
    }
}
