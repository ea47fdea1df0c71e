using System.CommandLine;
using Tidemark.Benchmarks.Models;

namespace Tidemark.Benchmarks.Predict;

/// <summary>The command line of <c>./bench predict</c>.</summary>
internal static class PredictCommand
{
    public static Command Create(string root)
    {
        var defaults = new PredictOptions();
        var seconds = new Option<double>("--seconds") { Description = "seconds per measurement", DefaultValueFactory = _ => defaults.Seconds };
        var rounds = new Option<int>("--rounds") { Description = "rounds, each measuring every peer once", DefaultValueFactory = _ => defaults.Rounds };
        var connections = List("--connections", "keep-alive connections, each with one request under way", string.Join(',', defaults.Connections), known: null);
        var models = List("--models", "models to predict with", string.Join(',', defaults.Models), BenchmarkModels.Names);
        var peers = List("--peers", "servers to measure", string.Join(',', defaults.Peers), Peers.All);
        seconds.Validators.Add(r => { if (!(r.GetValueOrDefault<double>() is > 0 and <= 600)) r.AddError("--seconds goes from above 0 to 600."); });
        rounds.Validators.Add(r => { if (r.GetValueOrDefault<int>() is < 1 or > 1000) r.AddError("--rounds goes from 1 to 1000."); });
        connections.Validators.Add(r =>
        {
            if (!Split(r.GetValueOrDefault<string>()).All(c => int.TryParse(c, out int n) && n is >= 1 and <= 256)) r.AddError("--connections takes numbers from 1 to 256, e.g. 1,16.");
        });

        var command = new Command("predict", "One-row prediction over HTTP: the suite against peers, paired rounds") { seconds, rounds, connections, models, peers };
        command.SetAction((parsed, _) => PredictBenchmark.RunAsync(root, new PredictOptions
        {
            Seconds = parsed.GetValue(seconds),
            Rounds = parsed.GetValue(rounds),
            Connections = [.. Split(parsed.GetValue(connections)).Select(int.Parse)],
            Models = Split(parsed.GetValue(models)),
            Peers = Split(parsed.GetValue(peers)),
        }, Console.Out));
        return command;
    }

    private static Option<string> List(string name, string description, string initial, IReadOnlyList<string>? known)
    {
        var option = new Option<string>(name) { Description = known is null ? description : $"{description}: {string.Join(",", known)}", DefaultValueFactory = _ => initial };
        if (known is not null)
            option.Validators.Add(r =>
            {
                string[] asked = Split(r.GetValueOrDefault<string>());
                if (asked.Length == 0 || asked.Except(known).Any()) r.AddError($"{name} takes {string.Join(", ", known)}, separated by commas.");
            });
        return option;
    }

    private static string[] Split(string? list) => (list ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
