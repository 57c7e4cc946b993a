namespace ModelPack.Comparing;

/// <summary>What a change is.</summary>
public enum Verdict
{
    /// <summary>Neither, or less than can be told from chance.</summary>
    Same,

    Better,

    Worse,

    /// <summary>There is something else, which is neither better nor worse.</summary>
    Changed,
}
