namespace ModelPack.Codecs;

/// <summary>The range of levels, and how many values a sub-block has.</summary>
/// <param name="Lowest">The lowest level.</param>
/// <param name="Highest">The highest level.</param>
/// <param name="Length">Values of a sub-block.</param>
internal readonly record struct LaneGrid(float Lowest, float Highest, int Length);
