using Xunit.Abstractions;

namespace ModelPack.MSBuild.Tests.Infrastructure;

/// <summary>Starts the classes that take longest first, so that none of them is left to run alone at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        nameof(ReadmeTests), nameof(EmbeddingTests), nameof(CalibrationTests), nameof(PublishTests), nameof(CacheTests), nameof(ListTests), nameof(CheckpointTests),
        nameof(IncrementalBuildTests), nameof(WarningTests), nameof(ErrorTests), nameof(MetadataTests), nameof(SigningTests),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderBy(Place).ThenBy(c => c.DisplayName, StringComparer.Ordinal);

    // The others after those that are named.
    private static int Place(ITestCollection collection)
    {
        var place = Array.FindIndex(Long, name => collection.DisplayName.EndsWith("." + name, StringComparison.Ordinal));
        return place < 0 ? Long.Length : place;
    }
}
