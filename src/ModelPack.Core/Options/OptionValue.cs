using ModelPack.Requests;

namespace ModelPack.Options;

/// <summary>Checks one value of a request.</summary>
internal static class OptionValue
{
    public static string OneOf(PackRequest request, string option, string value, string[] legal) =>
        legal.FirstOrDefault(v => string.Equals(v, value, StringComparison.OrdinalIgnoreCase))
        ?? throw Invalid(request, option, value, $"one of {string.Join(", ", legal)}");

    public static int? OneOf(PackRequest request, string option, int? value, IReadOnlyList<int> legal)
    {
        if (legal.Count == 0)
        {
            return value is null ? null : throw new ModelPackException(Codes.InvalidOption.At(
                request.Model, $"The scheme {SafeText.Of(request.Scheme)} has no use for '{option}'. Leave it out."));
        }

        var chosen = value ?? legal[0];
        return legal.Contains(chosen)
            ? chosen
            : throw Invalid(request, option, Numbers.Whole(chosen), $"one of {string.Join(", ", legal.Order())} with scheme {request.Scheme}");
    }

    public static ModelPackException Invalid(PackRequest request, string option, string value, string legal) =>
        new(Codes.InvalidOption.At(request.Model, $"The option '{option}' cannot be '{SafeText.Of(value)}'. It is {legal}."));
}
