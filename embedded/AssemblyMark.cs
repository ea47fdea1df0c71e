namespace Tidemark.Embedded;

internal static class AssemblyMark { }

