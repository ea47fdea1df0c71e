using Tidemark.Platform.Errors;

namespace Tidemark.Prediction;

/// <summary>Failures of request bodies: where, and what to send instead.</summary>
internal static class Refusals
{
    public static Failure At(string where, string what) => new(FailureKind.Malformed, "Request not understood", $"{where}: {what}.")
    {
        Errors = [new FieldError(where, what)],
    };

    public static Failure TooManyRows(long rows, int most) => new(
        FailureKind.TooLarge, "Too many rows",
        $"{rows} rows are more than the {most} that one request may hold. Send several requests, or drop the file in the container 'incoming' to have it scored as a batch.");
}
