using System.CommandLine;
using Tidemark.Benchmarks.Batch;
using Tidemark.Benchmarks.Drift;
using Tidemark.Benchmarks.DriftLog;
using Tidemark.Benchmarks.Predict;
using Tidemark.Benchmarks.Servers;
using Tidemark.Benchmarks.Train;
using Tidemark.Benchmarks.Validate;
using Tidemark.Local;

// ./bench runs this from the root of the clone. "serve" is how it starts the C# peers as processes of their own.
var peer = new Argument<string>("peer");
var model = new Argument<string>("model");
var serve = new Command("serve", "Runs one C# peer with a model file") { peer, model };
serve.Hidden = true;
serve.SetAction((parsed, _) => Server.RunAsync(parsed.GetRequiredValue(peer), parsed.GetRequiredValue(model)));

var root = new RootCommand("Tidemark's benchmarks: ratios to peers measured in the same run.")
{
    PredictCommand.Create(Environment.CurrentDirectory),
    ValidateCommand.Create(Environment.CurrentDirectory),
    BatchCommand.Create(Environment.CurrentDirectory),
    DriftCommand.Create(Environment.CurrentDirectory),
    DriftLogCommand.Create(),
    TrainCommand.Create(Environment.CurrentDirectory),
    serve,
    ValidateCommand.CreateCheck(),
    DriftCommand.CreatePass(),
    TrainCommand.CreateFit(),
    BatchCommand.CreateScore(),
};
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is BenchmarkException or SetupException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
