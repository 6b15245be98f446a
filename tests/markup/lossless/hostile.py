"""What ten years of a blog leave in its posts. In each of them the word "stands" is there once."""

# ruff: noqa: E501 - each case is one line, as it would be in a post

from __future__ import annotations

_LINE = "Here stands a word."
_P = f"<!-- wp:paragraph -->\n<p>{_LINE}</p>\n<!-- /wp:paragraph -->"
_Q = "<!-- wp:paragraph -->\n<p>Another one.</p>\n<!-- /wp:paragraph -->"
_RED = '<!-- wp:paragraph {"textColor":"red"} -->\n<p class="has-red-color">Another one.</p>\n<!-- /wp:paragraph -->'
_BUILDER = '{"settings":{"html":"<p>x</p>","more":"-- >","deep":[[{"a":"\\u003cb\\u003e"}]]},"elements":[]}'

HOSTILE: dict[str, str] = {
    "broken nesting in a line": f"<p>{_LINE} <b>a <i>b</b> c</i></p>\n<p>d</p>",
    "broken nesting of blocks": f"{_P}\n\n<!-- wp:group -->\n<div><!-- wp:paragraph -->\n<p>x</p>\n<!-- /wp:group --></div>"
    f"\n<!-- /wp:paragraph -->\n\n{_Q}",
    "a closer too many": f"{_P}\n\n<!-- /wp:group -->\n\n{_Q}",
    "an end tag too many": f"<p>{_LINE}</p></div>\n<p>More.</p>",
    "a container that is never closed": f'{_P}\n\n<div class="a"><p>b</p>\n\n<p>c</p>',
    "a group that is never closed": f'{_P}\n\n<!-- wp:group -->\n<div class="wp-block-group">{_Q}',
    "a word in what is never closed": f"{_Q}\n\n<!-- wp:group -->\n<div>{_P}\n\nmore",
    "a tag that is never finished": f"<p>{_LINE}</p>\n\n<p>Another</p><a href='x",
    "a comment that is never finished": f"{_P}\n\n{_Q}\n\n<!-- note",
    "a paragraph in a paragraph": f"<p>{_LINE}<p>more</p></p>",
    "an unknown block": f'{_P}\n\n<!-- wp:acme/thing {{"x":[1,{{"y":"\\u002d\\u002d"}}]}} -->\n<section data-x=\'1\' HIDDEN>'
    f"<x-y>z</x-y></section>\n<!-- /wp:acme/thing -->\n\n{_Q}",
    "a word in an unknown block": f"<!-- wp:acme/thing -->\n<section>{_LINE}\n\n<p>b</p></section>\n<!-- /wp:acme/thing -->",
    "a void block that nobody knows": f'<!-- wp:acme/void {{"a":"}} -->"}} /-->\n\n{_P}\n<!-- wp:b /-->',
    "attributes that are no JSON": f"<!-- wp:paragraph {{broken -->\n<p>x</p>\n<!-- /wp:paragraph -->\n\n{_P}",
    "scripts": f'{_P}\n\n<script>if (a < b && c) {{ document.write("<p>x</p>"); }}\n\n// </p>\n</script>\n\n<p>Behind.</p>',
    "a script in a paragraph": f"<p>{_LINE}<script>a</script> <style>p{{}}</style></p>",
    "frames and forms": f'<p>{_LINE}</p>\n<iframe src="https://v.example/1" allowfullscreen></iframe>\n<form action="/x">'
    '<input name=q><button>Go</button></form>\n<object data="a.swf"><param name="x" value="y"></object>',
    "SVG and MathML": f'<p>{_LINE} <svg viewBox="0 0 1 1"><path d="M0 0"/></svg></p>\n<math><mi>x</mi></math>',
    "tables in lists": f"<ul><li>{_LINE}<table><tr><td>1</td><td>2</td></tr></table></li><li><ul><li>x</li></ul></li></ul>",
    "lists in tables": f"<table><tbody><tr><td><ul><li>{_LINE}</li></ul></td></tr></tbody></table>\n\nAfter.",
    "mixed flavours": f"Classic text\nwith breaks.\n\n<p>HTML</p>\n\n{_P}\n\n[gallery ids=\"1\"]\n\nMore <b>classic</b>.\n\n{_Q}",
    "the same twice with other looks": f"{_Q}\n\n{_RED}\n\n{_P}\n\n{_RED}\n\n{_Q}",
    "character references": f"<p>{_LINE} &amp;amp; &#8217; &#x1F600; &nbsp;&notit; &lt;b&gt; &copy &AMP; &#0; &#128; &#99999999;</p>",
    "references in attributes": f'<p>{_LINE} <a href="/?a=1&b=2&amp;c=&quot;" title=\'"\' data-x=a&lt;b>x</a></p>',
    "spaces that nobody sees": f"<p>\u00a0{_LINE}\u00a0 \u2009\u200b\u200d\ufeff\u00ad\u2060 \u202eabc\u202c \u2028 \u2029 end\u3000</p>",
    "white space everywhere": f"\n\n \t<p>  {_LINE}  <b> a </b>\t</p> \n \n\n<p>b</p>\t\n\n\n",
    "CRLF": f"{_P}\n\n<ul>\n<li>a</li>\n</ul>\n\nText\nmore\n".replace("\n", "\r\n"),
    "a word in a card with CRLF": f"<!-- wp:acme/thing -->\n<div>\n<p>{_LINE}</p>\n\n</div>\n<!-- /wp:acme/thing -->\n\n{_Q}".replace("\n", "\r\n"),
    "lone returns": f"<p>{_LINE}</p>\r\r<p>a\rb</p>\n\r\n<div>\rc\n\n\r\nd</div>",
    "a word in a card with all ends": f"<div>\rc\n\n\r\nd\r{_LINE}\r\n\n<p>e</p></div>\n\n<p>x</p>",
    "control characters": f"<p>{_LINE} \x07\x1b[31m \x0b\x0c\x7f\x85\x01</p>\n\n<p>x\x08y</p>",
    "NUL": f"<p>{_LINE} a\x00b</p>\n\n{_Q}",
    "noncharacters": f"<p>{_LINE} \ufffe\uffff \U0001fffe \ufffd</p>",
    "a page builder's JSON in comments": f"<!-- builder:begin {_BUILDER} -->\n<div>a</div>\n<!-- builder:end -->\n\n{_P}",
    "a page builder's shortcodes": f'[vc_row css=".a{{b:c}}"][vc_column width="1/2"][vc_column_text]\n\n<p>a</p>\n\n[/vc_column_text]'
    f"[/vc_column][/vc_row]\n\n{_LINE}\n\n[et_pb_text x=\"y\"]z[/et_pb_text]",
    "a word in shortcodes": f"[box]\n\n{_LINE}\n\n[/box]\n\nafter",
    "text that looks like Markdown": f"<p>{_LINE}</p>\n<p># head</p><p>* a</p><p>1. x</p><p>&gt; q</p><p>    c</p><p>```</p><p>~~~</p>"
    "<p>[x]: http://a.example</p><p>[^1]: n</p><p>a[^1] [x] *b* _c_ `d` ~~e~~</p><p>***</p><p>---</p><p>| a | b |</p>"
    "<p>\\ \\* &lt;!-- --&gt; :x: {.a} [[w]] $x$</p><p>+ p</p><p>=====</p><p>http://a.example</p><p>&lt;b&gt;</p>",
    "text that looks like front matter": f"---\ntitle: no\n---\n\n{_LINE}\n\n---\n\nmore",
    "text that looks like a card": f"```{{=html}}\n<b>x</b>\n```\n\n{_LINE}\n\n````{{=html}}\n\n<p>~~~</p>",
    "links to posts of ours": f'<p>{_LINE} <a href="post:0123456789abcdef">x</a> <img src="photo.jpg" alt=""></p>',
    "a card's own separator": f"<p>a</p>\n<!-- -->\n<p>{_LINE}</p>\n<!---->\n<!-- <p>x</p> -->",
    "backslashes": f"<p>{_LINE} C:\\new \\\\ \\\" \\' \\n \\u0041 %s {{{{ x }}}} $1 \\1</p>",
    "deep nesting": "<div>" * 300 + f"<p>{_LINE}</p>" + "</div>" * 300 + "\n\n<p>x</p>",
    "deep nesting in a line": f"<p>{_LINE}" + "<b>" * 500 + "x" + "</b>" * 500 + "</p>",
    "groups in groups": "<!-- wp:group -->\n<div>" * 60 + _P + "</div>\n<!-- /wp:group -->" * 60,
    "a picture in the text": f'<p>{_LINE} <img src="data:image/png;base64,{"iVBORw0KGgo" * 3000}"></p>\n<p>x</p>',
    "scripts of the world": f"<p>{_LINE} שלום \u200fעולם\u200e 日本語 e\u0301 \U0001f469\u200d\U0001f469\u200d\U0001f467 ﷽ Z͑ͫ̓ͪ̂ͫ̽͏̴̙</p>",
}  # fmt: skip


def two_megabytes() -> str:
    """A post of many blocks, each another one."""
    blocks = [f"<!-- wp:paragraph -->\n<p>No. {n} of the long post. {'Words and more. ' * 20}</p>\n<!-- /wp:paragraph -->"
              for n in range(5000)]  # fmt: skip
    return "\n\n".join([*blocks[:2500], _P, *blocks[2500:]])
