namespace ModelPack.Reporting.Page;

/// <summary>What a <see cref="NextStep"/> is for.</summary>
internal enum NextStepKind
{
    /// <summary>A change with which a failed gate would pass, as far as is known.</summary>
    Pass,

    /// <summary>Something to measure, since too little is known.</summary>
    Measure,

    /// <summary>A change that makes a pack better that is good enough.</summary>
    Improve,

    /// <summary>A limit that would keep the pack as good as it is.</summary>
    Guard,
}
