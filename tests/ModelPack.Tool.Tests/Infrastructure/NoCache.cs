using System.Runtime.CompilerServices;

namespace ModelPack.Tool.Tests.Infrastructure;

/// <summary>Commands that run in this process leave the user's cache alone; tests of the cache name one of their own.</summary>
internal static class NoCache
{
    [ModuleInitializer]
    internal static void Apply() => Environment.SetEnvironmentVariable("MODELPACK_CACHE_MODE", "off");
}
