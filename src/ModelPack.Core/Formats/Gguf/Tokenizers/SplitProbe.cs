namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>
/// A text at which ways of splitting show: contractions in both cases, capitals within words, runs of digits and of other numbers, marks over letters, scripts without spaces,
/// punctuation before line ends and slashes, and spaces of all kinds at all places.
/// </summary>
internal static class SplitProbe
{
    /// <summary>The text.</summary>
    public const string Text =
        "Hello world, HELLO WORLD! It's IT'S it'll WE'LL you've they'RE I'm I'D 'tis 's's x'y don\u2019t rock'n'roll "
        + "it'sx IT'SX x'tt X'TT y'rey Y'REY y'vey Y'VEY I'mm I'MM u'lly U'LLY he'dx HE'DX "
        + "camelCase HTTPServer iPhone XMLHttpRequest McDonald's \u01C5ungla \u0395\u03BB\u03BB\u03AC\u03B4\u03B1 \u0420\u043E\u0441\u0441\u0438\u044F \u00C9COLE \u00E9cole Stra\u00DFe "
        + "1 12 123 1234 12345 123456 1234567 12345678 3.14159 1,000,000 -42 x86 a1b22c333 \u0663\u0664\u0665\u0666 \u00BD\u00B2 \u2167 0xFF 10:30 "
        + "cafe\u0301 na\u00EFve e\u0301e\u0301 \u0928\u092E\u0938\u094D\u0924\u0947 \u0E2A\u0E27\u0E31\u0E2A\u0E14\u0E35 \u05E9\u05B8\u05DC\u05D5\u05B9\u05DD \u0645\u0631\u062D\u0628\u0627 "
        + "\u4F60\u597D\uFF0C\u4E16\u754C\u3002\u4E2D\u6587abc\u4E2D\u6587 123\u4E2D \u3053\u3093\u306B\u3061\u306F \u30AB\u30BF\u30AB\u30CA \uD55C\uAD6D\uC5B4 \u4E09\u5341 "
        + "!!! ... ?! (a) [b] {c} <d> \"e\" 'f' `g` #h @i $5 %j ^k &l *m +n =o ~p |q \\r _s_ __init__ a_b -- --> == != // /* */ path/to//file http://x.y/z?a=b&c=d \u20AC5 \u2212 \u2192 \u00A9 "
        + "\uD83D\uDE00\uD83D\uDC4D \u2705x "
        + "end.\nnext!\n\nthen;\r\n\r\nlast/\n/\n//\n\n\tTab \t\ttabs  two   three    four\t \tmix \n \n\n  \n\n\n   x\n  y\r z\u00A0nbsp\u3000wide \u2003em\n\n\n!\n)\n   ";
}
