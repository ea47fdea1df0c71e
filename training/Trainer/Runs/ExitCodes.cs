using Tidemark.Platform.Errors;

namespace Tidemark.Trainer.Runs;

/// <summary>How the trainer ends; after sysexits.h.</summary>
internal static class ExitCodes
{
    public const int Whole = 0, Specification = 64, Data = 65, NoData = 66, Defect = 70, Storage = 74, Preempted = 75;

    public static int Of(FailureKind kind) => kind switch
    {
        FailureKind.Malformed => Specification,
        FailureKind.NotFound => NoData,
        FailureKind.Unavailable => Storage,
        _ => Data,
    };
}
