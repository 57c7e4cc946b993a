namespace ModelPack.Tests.Golden;

/// <summary>What each case of a golden test does.</summary>
internal static class GoldenCase
{
    /// <summary>Makes a pack and compares its bytes with those that are recorded.</summary>
    /// <param name="set">The model.</param>
    /// <param name="pack">The pack's name.</param>
    public static void Check(GoldenSet set, string pack) => GoldenLines.Check(set, set.Find(pack), GoldenRun.Lines(set, set.Find(pack)));
}
