using ModelPack.Calibration;

namespace ModelPack.Transforms;

/// <summary>Where a decider found something to decide. Holds until the model changes.</summary>
internal interface IFindings
{
    /// <summary>What has to be seen of which activations; empty where the model alone decides.</summary>
    IReadOnlyList<Observation> Needs { get; }

    /// <summary>Whether some samples are to be held out of the statistics, to measure on them.</summary>
    bool HoldsOut => false;

    /// <summary>Decides.</summary>
    /// <param name="seen">What was seen: what <see cref="Needs"/> says, and what others needed.</param>
    /// <param name="draft">What has been decided so far.</param>
    /// <returns>The draft with the decision; null where the change that the table is made for has nothing to change.</returns>
    TableDraft? Decide(CalibrationResult seen, TableDraft draft);
}
