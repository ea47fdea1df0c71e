using System.Runtime.InteropServices;
using Tidemark.Platform.Errors;
using Tidemark.Retraining.Contract;
using Tidemark.Trainer.Claims;
using Tidemark.Trainer.Runs;

using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true; // a checkpoint is written first
    stop.Cancel();
}

using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
var progress = new Progress(Console.Out, TimeProvider.System);

int Fail(Failure failure, int code)
{
    progress.Failed(failure, code);
    Console.Error.WriteLine($"{failure.Title}: {failure.Detail}");
    return code;
}

async Task<Failure?> TrainAsync(Arguments arguments)
{
    string path = Path.GetFullPath(arguments.Spec!);
    if (!File.Exists(path)) return new(FailureKind.Malformed, "No spec", $"'{arguments.Spec}' is not there. {Arguments.Usage}");
    var spec = RunSpecReader.Read(await File.ReadAllBytesAsync(path));
    if (!spec.Ok) return spec.Failure;
    string beside = Path.GetDirectoryName(path)!;
    if (spec.Value.Dataset.Path is not { } data) return new(FailureKind.Malformed, "No path", "dataset.blob is for --claim; give dataset.path.");
    string output = arguments.Output is { } asked ? Path.GetFullPath(asked) : Path.Combine(beside, spec.Value.Output ?? $"{Path.GetFileNameWithoutExtension(path)}.run");
    return await new TrainingRun(spec.Value, Path.Combine(beside, data), new RunFolder(output), arguments.Threads, progress, TimeProvider.System).RunAsync(stop.Token);
}

try
{
    var arguments = Arguments.Parse(args);
    if (!arguments.Ok) return Fail(arguments.Failure, ExitCodes.Specification);
    var ended = arguments.Value.Spec is null
        ? await ClaimedRun.RunAsync(arguments.Value, progress, TimeProvider.System, stop.Token)
        : await TrainAsync(arguments.Value);
    return ended is { } failure ? Fail(failure, ExitCodes.Of(failure.Kind)) : ExitCodes.Whole;
}
catch (OperationCanceledException)
{
    progress.Preempted();
    return ExitCodes.Preempted;
}
catch (IOException e)
{
    return Fail(new(FailureKind.Unavailable, "Files", e.Message), ExitCodes.Storage);
}
catch (Exception e)
{
    return Fail(new(FailureKind.DataLoss, "A defect of the trainer", e.ToString()), ExitCodes.Defect);
}
