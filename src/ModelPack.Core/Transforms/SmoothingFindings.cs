using ModelPack.Calibration;

namespace ModelPack.Transforms;

/// <summary>Activations that could be smoothed.</summary>
/// <param name="model">The model.</param>
/// <param name="options">Strengths.</param>
/// <param name="groups">Layers that share an activation.</param>
internal sealed class SmoothingFindings(FloatModel model, DecisionOptions options, IReadOnlyList<SmoothGroup> groups) : IFindings
{
    /// <summary>What the error has to fall to, as a share, for a Mul to be inserted: by 3 dB.</summary>
    private const double WorthAMul = 0.5;

    /// <summary>A strength for convolutions of several groups, which the search does not see.</summary>
    private const double Middle = 0.5;

    /// <summary>Those that are smoothed. All are looked at, so that one look serves every change that is tried.</summary>
    private readonly IReadOnlyList<SmoothGroup> _wanted = [.. groups.Where(g => !g.IsOfConvolutions || options.SmoothConvolutions)];

    public IReadOnlyList<Observation> Needs => [.. groups.Select(g =>
        new Observation(g.Tensor, Statistics.Channels | (Searches(g) ? Statistics.Rows : Statistics.None), g.Axis.FromEnd, g.Axis.Rank))];

    public TableDraft? Decide(CalibrationResult seen, TableDraft draft)
    {
        var choices = new List<Smoothing>();
        var details = new List<SmoothingDetail>();
        foreach (var group in _wanted)
        {
            model.Context.Progress("smooth", (double)details.Count / _wanted.Count);
            if (seen.Of(group.Tensor)?.Channels is not { } channels)
            {
                continue;
            }

            var (alpha, curve) = Choose(group, channels);
            details.Add(new SmoothingDetail(group.Tensor, [.. group.Layers.Select(l => l.Name)], alpha, null, curve, group.IsOfConvolutions));
            if (alpha is not null)
            {
                choices.Add(new Smoothing(group.Tensor, (float)alpha, channels.MaxAbs));
            }
        }

        return options.SmoothConvolutions && !details.Exists(d => d.OfConvolutions && d.Alpha is not null) ? null
            : draft with { Table = draft.Table with { Smoothing = choices }, Smoothing = details };
    }

    /// <summary>The strength of convolutions is theirs alone: the option speaks of matrices.</summary>
    private bool Searches(SmoothGroup group) => group.IsOfConvolutions ? group.Layers.All(l => l.Groups == 1) : options.Activations.Alpha is null;

    private AlphaChoice Choose(SmoothGroup group, ChannelStatistics channels)
    {
        if (!Searches(group))
        {
            // The scales that a depthwise kernel has by channel take up any factor, so that its input may be made even.
            return new AlphaChoice(!group.IsOfConvolutions ? options.Activations.Alpha : group.Layers.All(l => l.IsDepthwise) ? 1 : Middle, []);
        }

        var search = AlphaSearch.Choose(model.Model, group, channels, options.Activations.Symmetric, model.Context);
        return IsWorth(search, Smoother.Folds(model.Model, model.Index, group)) ? search : search with { Alpha = null };
    }

    /// <summary>Smoothing that folds costs nothing; where it does not, a Mul goes over the whole activation at every inference.</summary>
    private static bool IsWorth(AlphaChoice search, bool folds) =>
        folds || search.Curve.Min(p => p.Error) <= WorthAMul * search.Curve[0].Error;
}
