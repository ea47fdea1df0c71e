using System.Text.Json.Serialization;

namespace Tidemark.Platform.Audit;

[JsonSerializable(typeof(string[]))]
internal sealed partial class AuditJson : JsonSerializerContext;
