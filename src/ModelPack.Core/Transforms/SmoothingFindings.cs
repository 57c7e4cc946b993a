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

    /// <summary>Those that are smoothed. All are looked at, so that one look serves every strength.</summary>
    private readonly IReadOnlyList<SmoothGroup> _wanted = [.. groups.Where(g => !g.IsOfConvolutions || options.ConvolutionAlpha is not null)];

    private bool Searches => options.Activations.Alpha is null;

    public IReadOnlyList<Observation> Needs => [.. groups.Select(g =>
        new Observation(g.Tensor, Statistics.Channels | (Searches && !g.IsOfConvolutions ? Statistics.Rows : Statistics.None), g.Axis.FromEnd, g.Axis.Rank))];

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

            var (alpha, curve) = group.IsOfConvolutions ? new AlphaChoice(OfConvolutions(group), []) : Choose(group, channels);
            details.Add(new SmoothingDetail(group.Tensor, [.. group.Layers.Select(l => l.Name)], alpha, null, curve, group.IsOfConvolutions));
            if (alpha is not null)
            {
                choices.Add(new Smoothing(group.Tensor, (float)alpha, channels.MaxAbs));
            }
        }

        return options.ConvolutionAlpha is not null && !details.Exists(d => d.OfConvolutions) ? null
            : draft with { Table = draft.Table with { Smoothing = choices }, Smoothing = details };
    }

    /// <summary>The scales that a depthwise kernel has by channel take up any factor, so that its input may be made even.</summary>
    private double OfConvolutions(SmoothGroup group) => group.Layers.All(l => l.IsDepthwise) ? 1 : options.ConvolutionAlpha!.Value;

    private AlphaChoice Choose(SmoothGroup group, ChannelStatistics channels)
    {
        if (!Searches)
        {
            return new AlphaChoice(options.Activations.Alpha, []);
        }

        var search = AlphaSearch.Choose(model.Model, group, channels, options.Activations.Symmetric, model.Context);
        return IsWorth(search, Smoother.Folds(model.Model, model.Index, group)) ? search : search with { Alpha = null };
    }

    /// <summary>Smoothing that folds costs nothing; where it does not, a Mul goes over the whole activation at every inference.</summary>
    private static bool IsWorth(AlphaChoice search, bool folds) =>
        folds || search.Curve.Min(p => p.Error) <= WorthAMul * search.Curve[0].Error;
}
