using Microsoft.Extensions.Logging;
using Tidemark.Registry;

namespace Tidemark.Prediction;

internal sealed partial class SessionCache
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Model {Version} loaded and warm, counted with {Bytes} bytes")]
    private partial void LogLoaded(VersionReference version, long bytes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Model {Version} cannot be loaded: {Reason}. A model that answered before goes on answering")]
    private partial void LogFailed(VersionReference version, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Loading the model {Version} broke off")]
    private partial void LogBroken(VersionReference version, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Model {Version} unloaded to make room")]
    private partial void LogEvicted(VersionReference version);
}
