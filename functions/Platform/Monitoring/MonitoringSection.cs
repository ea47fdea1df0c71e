using System.Text.Json;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Monitoring;

/// <summary>A section of the monitoring document, told by the slice that reads it, so that what nobody could read is not stored.</summary>
/// <param name="Name">The key in the document.</param>
/// <param name="Check">What is wrong with the section's value, or null.</param>
public sealed record MonitoringSection(string Name, Func<JsonElement, Failure?> Check);
