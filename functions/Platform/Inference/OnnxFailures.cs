using Microsoft.ML.OnnxRuntime;

namespace Tidemark.Platform.Inference;

/// <summary>What ONNX Runtime says, short enough and clean enough for an answer.</summary>
internal static class OnnxFailures
{
    private const int Longest = 300;

    /// <summary>The first line of the message without the error code before it and without source locations of the runtime.</summary>
    public static string FirstLine(OnnxRuntimeException failure)
    {
        var line = failure.Message.AsSpan();
        if (line.IndexOfAny('\r', '\n') is >= 0 and var end) line = line[..end];
        if (line.StartsWith("[ErrorCode:") && line.IndexOf(']') is >= 0 and var code) line = line[(code + 1)..];
        // "…/core/framework/x.cc:123 void f(…) message": where in the runtime it happened helps nobody outside.
        if (line.IndexOf(".cc:") >= 0 && line.LastIndexOf(") ") is >= 0 and var location) line = line[(location + 2)..];
        line = line.Trim().TrimEnd('.');
        return line.Length <= Longest ? line.ToString() : $"{line[..Longest]}…";
    }
}
